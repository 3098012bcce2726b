import { colour } from "../lib/computed_style.js";

/** @typedef {{low: number, high: number, counts: number[]}} Histogram */

/**
 * Paints a histogram on a whole canvas, without an axis.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Histogram} histogram
 * @param {{mark?: number | null, tone?: string}} [options] `mark`: a value to mark; `tone`: the custom property of the colour
 */
export function paintHistogram(canvas, { low, high, counts }, { mark = null, tone = "--accent" } = {}) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const width = (canvas.width = Math.round((canvas.clientWidth || 240) * devicePixelRatio));
  const height = (canvas.height = Math.round((canvas.clientHeight || 64) * devicePixelRatio));
  const most = Math.max(...counts, 1);
  const step = width / counts.length;
  context.fillStyle = colour(tone);
  counts.forEach((count, index) => {
    // On a square-root scale small counts remain visible next to large ones.
    const tall = Math.sqrt(count / most) * (height - 2);
    context.fillRect(index * step, height - tall, Math.max(1, step - devicePixelRatio), tall);
  });
  context.fillStyle = colour("--line-strong");
  context.fillRect(0, height - 1, width, 1);
  if (mark === null || high === low) return;
  context.fillStyle = colour("--negative");
  const at = Math.min(1, Math.max(0, (mark - low) / (high - low))) * width;
  context.fillRect(Math.min(width - 3, Math.max(0, at - 1)), 0, 3, height);
}
