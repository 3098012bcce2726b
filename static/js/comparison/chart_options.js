/**
 * How the curves are looked at; all of it stands in the address.
 *
 * @typedef {import("../charts/epoch_columns.js").Measure} Measure
 * @typedef {{measure: Measure, over: "epochs" | "seconds", scale: "linear" | "log", smoothing: number, hidden: string[]}} View
 */

const MEASURES = ["test_error", "train_error", "test_accuracy", "train_accuracy"];
const SMOOTHINGS = [0, 0.6, 0.9];

/**
 * @param {URLSearchParams} query
 * @returns {View} what the address says; what it says wrongly counts as not said
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
 * @param {URLSearchParams} query whatever it says besides stays
 * @param {View} view
 * @returns {URLSearchParams}
 */
export function writeOptions(query, view) {
  const written = new URLSearchParams(query);
  /** @type {Record<string, string>} */
  const said = {
    measure: view.measure === "test_error" ? "" : view.measure,
    over: view.over === "epochs" ? "" : view.over,
    scale: view.scale === "linear" ? "" : view.scale,
    smoothing: view.smoothing ? String(view.smoothing) : "",
    hide: view.hidden.join(","),
  };
  for (const [name, value] of Object.entries(said)) {
    if (value) written.set(name, value);
    else written.delete(name);
  }
  return written;
}
