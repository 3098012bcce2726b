/**
 * Which part of a picture is seen: a point of the picture at `(x, y)` is shown at `(x * scale + left, y * scale + top)`.
 *
 * @typedef {{scale: number, left: number, top: number}} View
 */

export const MOST = 24;

/** @type {View} the whole picture */
export const WHOLE = Object.freeze({ scale: 1, left: 0, top: 0 });

/**
 * @param {View} view
 * @param {number} factor above 1: nearer
 * @param {number} x on the screen: what is there stays there
 * @param {number} y
 * @param {number} width of the screen
 * @param {number} height
 * @returns {View}
 */
export function zoomed(view, factor, x, y, width, height) {
  const scale = Math.min(MOST, Math.max(1, view.scale * factor));
  const ratio = scale / view.scale;
  return kept({ scale, left: x - (x - view.left) * ratio, top: y - (y - view.top) * ratio }, width, height);
}

/**
 * @param {View} view
 * @param {number} right
 * @param {number} down
 * @param {number} width of the screen
 * @param {number} height
 * @returns {View}
 */
export function moved(view, right, down, width, height) {
  return kept({ scale: view.scale, left: view.left + right, top: view.top + down }, width, height);
}

/**
 * So moved that a point of the picture is on the screen, not too near its edge.
 *
 * @param {View} view
 * @param {number} x in the picture
 * @param {number} y
 * @param {number} width of the screen
 * @param {number} height
 * @returns {View}
 */
export function showing(view, x, y, width, height) {
  const margin = Math.min(60, width / 4, height / 4);
  const [atX, atY] = [x * view.scale + view.left, y * view.scale + view.top];
  const right = Math.min(width - margin, Math.max(margin, atX)) - atX;
  const down = Math.min(height - margin, Math.max(margin, atY)) - atY;
  return moved(view, right, down, width, height);
}

/**
 * The picture always fills the screen.
 *
 * @param {View} view
 * @param {number} width
 * @param {number} height
 * @returns {View}
 */
function kept(view, width, height) {
  const { scale } = view;
  return {
    scale,
    left: Math.min(0, Math.max(width * (1 - scale), view.left)),
    top: Math.min(0, Math.max(height * (1 - scale), view.top)),
  };
}
