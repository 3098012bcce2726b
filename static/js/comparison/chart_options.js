/**
 * The options of the comparison's chart; the query string of the URL contains all of them.
 *
 * @typedef {import("../charts/epoch_columns.js").Measure} Measure
 * @typedef {{measure: Measure, loss: string, over: "epochs" | "seconds", scale: "linear" | "log", smoothing: number,
 *   range: "useful" | "all", hidden: string[]}} ChartOptions `loss`: whose curves are drawn if `measure` is an error; errors of different losses
 *   have no common axis
 */

const MEASURES = ["test_error", "train_error", "test_accuracy", "train_accuracy"];
const SMOOTHINGS = [0, 0.6, 0.9];

/**
 * @param {URLSearchParams} query
 * @param {string[]} losses of those compared, each once
 * @returns {ChartOptions} the defaults for missing and invalid values: the accuracy if the losses differ
 */
export function readOptions(query, losses) {
  const [measure = "", loss = ""] = (query.get("measure") ?? "").split(":");
  const smoothing = Number(query.get("smoothing"));
  return {
    measure: /** @type {Measure} */ (MEASURES.includes(measure) ? measure : defaultMeasure(losses)),
    loss: losses.includes(loss) ? loss : (losses[0] ?? ""),
    over: query.get("over") === "seconds" ? "seconds" : "epochs",
    scale: query.get("scale") === "log" ? "log" : "linear",
    smoothing: SMOOTHINGS.includes(smoothing) ? smoothing : 0,
    range: query.get("range") === "all" ? "all" : "useful",
    hidden: (query.get("hide") ?? "").split(",").filter(Boolean),
  };
}

/**
 * @param {URLSearchParams} query its other parameters are kept
 * @param {ChartOptions} options
 * @param {string[]} losses of those compared, each once
 * @returns {URLSearchParams}
 */
export function writeOptions(query, options, losses) {
  const written = new URLSearchParams(query);
  const measure = losses.length > 1 ? measureKey(options) : options.measure;
  /** @type {Record<string, string>} */
  const texts = {
    measure: measure === defaultMeasure(losses) ? "" : measure,
    over: options.over === "epochs" ? "" : options.over,
    scale: options.scale === "linear" ? "" : options.scale,
    smoothing: options.smoothing ? String(options.smoothing) : "",
    range: options.range === "useful" ? "" : options.range,
    hide: options.hidden.join(","),
  };
  for (const [name, value] of Object.entries(texts)) {
    if (value) written.set(name, value);
    else written.delete(name);
  }
  return written;
}

/**
 * @param {Pick<ChartOptions, "measure" | "loss">} options
 * @returns {string} "test_accuracy", or an error and its loss: "test_error:squared_error"
 */
export function measureKey({ measure, loss }) {
  return isError(measure) ? `${measure}:${loss}` : measure;
}

/** @param {Measure} measure */
export function isError(measure) {
  return measure.endsWith("_error");
}

/** @param {string[]} losses */
function defaultMeasure(losses) {
  return losses.length > 1 ? "test_accuracy" : "test_error";
}
