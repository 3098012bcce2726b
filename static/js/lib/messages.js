/**
 * What the server sends, as `training/messages.py` and the API define it.
 *
 * @typedef {{epoch: number, train_error: number, train_accuracy: number, test_error: number, test_accuracy: number,
 *   learning_rate: number, seconds: number}} Epoch
 * @typedef {{at: string, status: string, text: string}} RunEvent
 * @typedef {{id: number, name: string, title: string, status: string, stage: string, failure: string,
 *   finish_reason: string, config: Record<string, any>, created: string, started: string | null,
 *   finished: string | null, epoch: number, epochs: number, progress: number, latest: Epoch | null, curve: number[],
 *   attempt: number, worker: string, train_seconds: number, tags: string[], version: number | null, parameters: number, can_stop: boolean,
 *   can_resume: boolean}} Run
 * @typedef {{type: "run.snapshot", run: Run, epochs: Epoch[], events: RunEvent[]}} RunSnapshot
 * @typedef {{type: "epoch.finished", epoch: Epoch}} EpochFinished
 * @typedef {{type: "batch.progress", epoch: number, fraction: number, error: number}} BatchProgress
 * @typedef {{type: "status.changed", status: string, version: number | null, run: Run, events: RunEvent[]}} StatusChanged
 * @typedef {RunSnapshot | EpochFinished | BatchProgress | StatusChanged} RunMessage
 *
 * @typedef {{version: number, digit: number, probabilities: number[], confidence: number, verdict: "sure" | "unsure",
 *   candidates: number[]}} Reading
 * @typedef {{id?: string | number, results: Reading[], seen: number[], is_digit?: boolean, digit_likelihood?: number}} Prediction
 * @typedef {{number: number, title: string, count: number, history: (Epoch & {elapsed: number})[]}} Curve
 *   `history` is thinned where `count`, the number of epochs, is large
 * @typedef {Curve & {kind: "version" | "run", is_live: boolean}} ComparedCurve
 */

/** States that a run leaves only when somebody asks for it. */
export const ENDED = Object.freeze(["completed", "failed", "stopped"]);
