/**
 * Paints the 784 pixels of the network's input on a canvas of 28 × 28, in MNIST's colours: white ink on black paper.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number[] | null} pixels 0 to 255; null paints all black
 */
export function paintModelInput(canvas, pixels) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(28, 28);
  for (let index = 0; index < 784; index += 1) {
    const value = pixels?.[index] ?? 0;
    image.data.set([value, value, value, 255], 4 * index);
  }
  context.putImageData(image, 0, 0);
}
