/**
 * The visible part of the diagram: a point `(x, y)` of the diagram is shown at `(x * scale + left, y * scale + top)`.
 *
 * @typedef {{scale: number, left: number, top: number}} Viewport
 */

export const MAX_SCALE = 24;

/** @type {Viewport} the whole diagram */
export const WHOLE = Object.freeze({ scale: 1, left: 0, top: 0 });

/**
 * @param {Viewport} view
 * @param {number} factor above 1 zooms in
 * @param {number} x on the screen, the fixed point of the zoom
 * @param {number} y
 * @param {number} width of the screen
 * @param {number} height
 * @returns {Viewport}
 */
export function zoomed(view, factor, x, y, width, height) {
  const scale = Math.min(MAX_SCALE, Math.max(1, view.scale * factor));
  const ratio = scale / view.scale;
  return limited({ scale, left: x - (x - view.left) * ratio, top: y - (y - view.top) * ratio }, width, height);
}

/**
 * @param {Viewport} view
 * @param {number} right
 * @param {number} down
 * @param {number} width of the screen
 * @param {number} height
 * @returns {Viewport}
 */
export function moved(view, right, down, width, height) {
  return limited({ scale: view.scale, left: view.left + right, top: view.top + down }, width, height);
}

/**
 * The viewport moved as far as needed for a point of the diagram to be on the screen, with a margin.
 *
 * @param {Viewport} view
 * @param {number} x in the diagram
 * @param {number} y
 * @param {number} width of the screen
 * @param {number} height
 * @returns {Viewport}
 */
export function showing(view, x, y, width, height) {
  const margin = Math.min(60, width / 4, height / 4);
  const [atX, atY] = [x * view.scale + view.left, y * view.scale + view.top];
  const right = Math.min(width - margin, Math.max(margin, atX)) - atX;
  const down = Math.min(height - margin, Math.max(margin, atY)) - atY;
  return moved(view, right, down, width, height);
}

/**
 * The viewport limited to the diagram: it always fills the screen.
 *
 * @param {Viewport} view
 * @param {number} width
 * @param {number} height
 * @returns {Viewport}
 */
function limited(view, width, height) {
  const { scale } = view;
  return {
    scale,
    left: Math.min(0, Math.max(width * (1 - scale), view.left)),
    top: Math.min(0, Math.max(height * (1 - scale), view.top)),
  };
}
