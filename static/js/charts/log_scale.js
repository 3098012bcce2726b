/** @typedef {import("./line_chart.js").Columns} Columns */

/**
 * How many epochs have a value that a logarithmic axis cannot show.
 *
 * @param {Columns} columns
 * @param {[number, number] | null} window the visible part of the x axis; null for all of it
 * @returns {number}
 */
export function unshownCount([epochs, ...lines], window) {
  return epochs.filter((epoch, index) => {
    const isVisible = !window || (epoch >= window[0] && epoch <= window[1]);
    return isVisible && lines.some((line) => line[index] != null && /** @type {number} */ (line[index]) <= 0);
  }).length;
}

/**
 * @param {number} count of the epochs that are not shown
 * @returns {string} a sentence; "" if all are shown
 */
export function unshownText(count) {
  if (count === 0) return "";
  return `${count} ${count === 1 ? "epoch at 0 is" : "epochs at 0 are"} not shown: a logarithmic axis has no 0.`;
}
