/**
 * The options of the comparison's chart; the query string of the URL contains all of them.
 *
 * @typedef {import("../charts/epoch_columns.js").Measure} Measure
 * @typedef {{measure: Measure, over: "epochs" | "seconds", scale: "linear" | "log", smoothing: number, hidden: string[]}} ChartOptions
 */

const MEASURES = ["test_error", "train_error", "test_accuracy", "train_accuracy"];
const SMOOTHINGS = [0, 0.6, 0.9];

/**
 * @param {URLSearchParams} query
 * @returns {ChartOptions} the defaults for missing and invalid values
 */
export function readOptions(query) {
  const measure = query.get("measure") ?? "";
  const smoothing = Number(query.get("smoothing"));
  return {
    measure: /** @type {Measure} */ (MEASURES.includes(measure) ? measure : "test_error"),
    over: query.get("over") === "seconds" ? "seconds" : "epochs",
    scale: query.get("scale") === "log" ? "log" : "linear",
    smoothing: SMOOTHINGS.includes(smoothing) ? smoothing : 0,
    hidden: (query.get("hide") ?? "").split(",").filter(Boolean),
  };
}

/**
 * @param {URLSearchParams} query its other parameters are kept
 * @param {ChartOptions} options
 * @returns {URLSearchParams}
 */
export function writeOptions(query, options) {
  const written = new URLSearchParams(query);
  /** @type {Record<string, string>} */
  const texts = {
    measure: options.measure === "test_error" ? "" : options.measure,
    over: options.over === "epochs" ? "" : options.over,
    scale: options.scale === "linear" ? "" : options.scale,
    smoothing: options.smoothing ? String(options.smoothing) : "",
    hide: options.hidden.join(","),
  };
  for (const [name, value] of Object.entries(texts)) {
    if (value) written.set(name, value);
    else written.delete(name);
  }
  return written;
}
