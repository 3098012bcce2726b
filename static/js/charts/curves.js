/** Columns for a chart from lists of epochs. */

/**
 * @typedef {import("../messages.js").Epoch} Epoch
 * @typedef {"train_error" | "test_error" | "train_accuracy" | "test_accuracy"} Measure
 */

/**
 * One list of epochs, several measures.
 *
 * @param {Epoch[]} epochs
 * @param {Measure[]} measures
 * @returns {import("./line_chart.js").Columns}
 */
export function columnsOf(epochs, measures) {
  return [epochs.map((epoch) => epoch.epoch), ...measures.map((measure) => epochs.map((epoch) => finite(epoch[measure])))];
}

/**
 * Several lists of epochs, one measure: a column each over the epochs of all, null where a list has no such epoch.
 *
 * @param {Epoch[][]} histories
 * @param {Measure} measure
 * @returns {import("./line_chart.js").Columns}
 */
export function overlaid(histories, measure) {
  const numbers = [...new Set(histories.flatMap((history) => history.map((epoch) => epoch.epoch)))].sort((a, b) => a - b);
  const columns = histories.map((history) => {
    const found = new Map(history.map((epoch) => [epoch.epoch, finite(epoch[measure])]));
    return numbers.map((number) => found.get(number) ?? null);
  });
  return [numbers, ...columns];
}

/**
 * @param {number | null | undefined} value
 * @returns {number | null}
 */
function finite(value) {
  return value != null && Number.isFinite(value) ? value : null;
}
