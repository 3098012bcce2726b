/**
 * `points` of an SVG polyline through `values` in a box of `width` × `height`; the template filter `polyline` gives the same.
 *
 * @param {number[]} values
 * @param {number} width
 * @param {number} height
 * @returns {string}
 */
export function polyline(values, width, height) {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const steps = Math.max(1, values.length - 1);
  return values
    .map((value, index) => {
      const x = (index * (width - 4)) / steps + 2;
      const y = ((span + low - value) / span) * (height - 4) + 2;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}
