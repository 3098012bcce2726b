/** Columns for a chart from lists of epochs. */

/**
 * @typedef {import("../lib/messages.js").EpochJson} EpochJson
 * @typedef {"train_error" | "test_error" | "train_accuracy" | "test_accuracy"} Measure
 */

/**
 * One list of epochs, several measures.
 *
 * @param {EpochJson[]} epochs
 * @param {Measure[]} measures
 * @returns {import("./line_chart.js").Columns}
 */
export function epochColumns(epochs, measures) {
  return [
    epochs.map((epoch) => epoch.epoch),
    ...measures.map((measure) => epochs.map((epoch) => finite(epoch[measure]))),
  ];
}

/**
 * Several lists of epochs, one measure: a column each over the epochs of all, null where a list has no such epoch.
 *
 * @template {EpochJson} T
 * @param {T[][]} histories
 * @param {Measure} measure
 * @param {(epoch: T) => number} [place] where an epoch stands on the x axis: at its number, unless told otherwise
 * @returns {import("./line_chart.js").Columns}
 */
export function overlayColumns(histories, measure, place = (epoch) => epoch.epoch) {
  const places = [...new Set(histories.flatMap((history) => history.map(place)))].sort((a, b) => a - b);
  const columns = histories.map((history) => {
    const found = new Map(history.map((epoch) => [place(epoch), finite(epoch[measure])]));
    return places.map((at) => found.get(at) ?? null);
  });
  return [places, ...columns];
}

/**
 * The epochs, each with the seconds of training up to its end.
 *
 * @param {EpochJson[]} epochs all of them, in order
 * @returns {(EpochJson & {elapsed: number})[]}
 */
export function withElapsed(epochs) {
  let elapsed = 0;
  return epochs.map((epoch) => ({ ...epoch, elapsed: (elapsed += epoch.seconds) }));
}

/**
 * @param {number | null | undefined} value
 * @returns {number | null}
 */
function finite(value) {
  return value != null && Number.isFinite(value) ? value : null;
}
