/** The final states of a run: it leaves them only when a user resumes it. */
export const ENDED = Object.freeze(["completed", "failed", "stopped"]);
