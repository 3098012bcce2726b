/** Converts lists of epochs to the columns of a chart. */

/**
 * @typedef {import("../lib/messages.js").EpochJson} EpochJson
 * @typedef {"train_error" | "validation_error" | "test_error" | "train_accuracy" | "validation_accuracy" | "test_accuracy"}
 *   Measure
 */

/**
 * One list of epochs, one column per measure.
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
 * Several lists of epochs, one measure: a column per list over the epochs of all; null if a list has no such epoch.
 *
 * @template {EpochJson} T
 * @param {T[][]} histories
 * @param {Measure} measure
 * @param {(epoch: T) => number} [place] the position of an epoch on the x axis; its number by default
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
 * The epochs, each with the seconds of training until its end.
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
