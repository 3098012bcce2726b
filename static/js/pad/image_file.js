import { fileSize } from "../lib/format.js";

/** The longer side of an image that is sent, in pixels: more than the server needs. */
const MAX_SIDE = 800;
/** A file up to this size is sent unchanged if the server reads its type. */
const MAX_UNCHANGED_BYTES = 1_000_000;
const MAX_BYTES = 50_000_000;
/** A longer base64 text is sent as JPEG: the WebSocket's limit is two million characters. */
const MAX_CHARACTERS = 1_800_000;
const SERVER_READS = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff"];
/** What the server reads but not every browser. */
const ONLY_SERVER_READS = ["image/tiff"];
/** An image with more pixels is scaled down, however few bytes it has. */
const MAX_UNCHANGED_PIXELS = 4_000_000;

/** A file that is not a readable image; the message is a sentence for users. */
export class ImageError extends Error {}

/**
 * An image as a `data:` URL for the server: a small one unchanged, any other upright and scaled down.
 *
 * @param {Blob} file
 * @returns {Promise<string>}
 * @throws {ImageError}
 */
export async function readImageFile(file) {
  if (file.size === 0) throw new ImageError("This file is empty.");
  if (file.size > MAX_BYTES)
    throw new ImageError(`This file is larger than ${fileSize(MAX_BYTES)}: choose a smaller image.`);
  if (file.type && !file.type.startsWith("image/"))
    throw new ImageError("This is not an image. PNG, JPEG and most other image formats can be read.");
  const isSmallFile = file.size <= MAX_UNCHANGED_BYTES && SERVER_READS.includes(file.type);
  /** @type {ImageBitmap} */
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    if (isSmallFile && ONLY_SERVER_READS.includes(file.type)) return dataAddress(file);
    throw new ImageError(
      "This image cannot be read: it is damaged, too large, or in a format that this browser does not support.",
    );
  }
  if (isSmallFile && bitmap.width * bitmap.height <= MAX_UNCHANGED_PIXELS) {
    bitmap.close();
    return dataAddress(file);
  }
  return scaledDown(bitmap, file.type === "image/jpeg");
}

/**
 * @param {ImageBitmap} bitmap
 * @param {boolean} isPhoto whether to send it as JPEG; other images may be transparent
 */
function scaledDown(bitmap, isPhoto) {
  const shrink = Math.max(1, Math.max(bitmap.width, bitmap.height) / MAX_SIDE);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width / shrink));
  canvas.height = Math.max(1, Math.round(bitmap.height / shrink));
  const context = canvas.getContext("2d");
  if (!context) throw new ImageError("This browser cannot scale the image down.");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const address = isPhoto ? canvas.toDataURL("image/jpeg", 0.92) : canvas.toDataURL("image/png");
  return address.length <= MAX_CHARACTERS ? address : canvas.toDataURL("image/jpeg", 0.92);
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
