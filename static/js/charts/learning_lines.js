/** The lines of a learning curve: training, validation where images were held out, and test. */

/**
 * @typedef {import("./epoch_columns.js").Measure} Measure
 * @typedef {{keep?: string, validation_share?: number}} Config the part of a configuration that decides on the lines
 */

const TRAIN = { label: "Train", colour: "--train", dash: [5, 4] };
const VALIDATION = { label: "Validation", colour: "--validation", dash: [9, 3] };
const TEST = { label: "Test", colour: "--test" };

/**
 * @param {Config} config
 * @param {"error" | "accuracy"} kind
 * @returns {{lines: import("./line_chart.js").Line[], measures: Measure[]}} a measure for each line
 */
export function learningLines(config, kind) {
  if (!config.validation_share) return { lines: [TRAIN, TEST], measures: [`train_${kind}`, `test_${kind}`] };
  return { lines: [TRAIN, VALIDATION, TEST], measures: [`train_${kind}`, `validation_${kind}`, `test_${kind}`] };
}

/**
 * @param {Config} config
 * @param {import("../lib/messages.js").EpochJson[]} epochs
 * @returns {number | null} the epoch whose network is kept so far; null if that is the last one
 */
export function keptEpoch(config, epochs) {
  if (config.keep !== "best") return null;
  let best = null;
  for (const one of epochs) {
    if (one.validation_error === null) continue;
    if (best === null || one.validation_error < (best.validation_error ?? Infinity)) best = one;
  }
  return best?.epoch ?? null;
}
