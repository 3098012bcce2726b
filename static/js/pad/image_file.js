/** Pixels of the longer side that are sent of a large picture: more than the server keeps. */
const LONGEST_SIDE = 800;
/** A file of at most so many bytes is sent as it is, if it is of a type that the server reads. */
const SENT_AS_IT_IS = 1_000_000;
const MOST_BYTES = 50_000_000;
/** Characters of base64 beyond which a picture is sent as JPEG: the socket takes two million. */
const MOST_CHARACTERS = 1_800_000;
const SERVER_READS = ["image/png", "image/jpeg"];

/** A file that is no picture; the message is for people. */
export class ImageError extends Error {}

/**
 * A picture as a `data:` address that the server reads: a small PNG or JPEG as it is, anything else upright, scaled down.
 *
 * @param {Blob} file
 * @returns {Promise<string>}
 * @throws {ImageError}
 */
export async function readImageFile(file) {
  if (file.size === 0) throw new ImageError("This file is empty.");
  if (file.size > MOST_BYTES) throw new ImageError("This file is larger than 50 MB: choose a smaller picture.");
  if (file.type && !file.type.startsWith("image/"))
    throw new ImageError("This is not a picture. PNG, JPEG and most others can be read.");
  if (file.size <= SENT_AS_IT_IS && SERVER_READS.includes(file.type)) return dataAddress(file);
  /** @type {ImageBitmap} */
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new ImageError(
      "This picture cannot be read: it is damaged, too large, or of a kind that this browser does not know.",
    );
  }
  return scaledDown(bitmap, file.type === "image/jpeg");
}

/**
 * @param {ImageBitmap} bitmap
 * @param {boolean} isPhoto whether to send it as JPEG at once; what else may be transparent
 */
function scaledDown(bitmap, isPhoto) {
  const shrink = Math.max(1, Math.max(bitmap.width, bitmap.height) / LONGEST_SIDE);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width / shrink));
  canvas.height = Math.max(1, Math.round(bitmap.height / shrink));
  const context = canvas.getContext("2d");
  if (!context) throw new ImageError("This browser cannot make the picture smaller.");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const address = isPhoto ? canvas.toDataURL("image/jpeg", 0.92) : canvas.toDataURL("image/png");
  return address.length <= MOST_CHARACTERS ? address : canvas.toDataURL("image/jpeg", 0.92);
}

/**
 * @param {Blob} file
 * @returns {Promise<string>}
 */
function dataAddress(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new ImageError("This file cannot be read."));
    reader.readAsDataURL(file);
  });
}
