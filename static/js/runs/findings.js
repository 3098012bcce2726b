/**
 * @typedef {import("../lib/messages.js").RunJson} RunJson
 * @typedef {RunJson["findings"][number]} Finding
 */

const NOTICES = { problem: "notice--error", warning: "notice--warning", note: "notice--note" };

/**
 * Whether the network of a run is of no use.
 *
 * @param {RunJson} run
 */
export function isPoor(run) {
  return run.findings.some((finding) => finding.level === "problem");
}

/** @param {RunJson} run */
export function statusClass(run) {
  return `badge badge--${run.status}${isPoor(run) ? " is-poor" : ""}`;
}

/**
 * The notices of a run, as `inference/reports/_findings.html` writes them; those that stay are not touched.
 *
 * @param {HTMLElement} box its `data-again` is the address of the form with the same configuration
 * @param {Finding[]} findings
 */
export function showFindings(box, findings) {
  const shown = [...box.children].map((notice) => notice.querySelector("[data-part=what]")?.textContent);
  if (shown.join("\n") === findings.map((finding) => finding.what).join("\n")) return;
  box.replaceChildren(...findings.map((finding) => notice(finding, box.dataset.again ?? "")));
}

/**
 * A short badge with the worst finding.
 *
 * @param {HTMLElement} badge
 * @param {Finding[]} findings
 */
export function showFindingBadge(badge, [finding]) {
  badge.hidden = !finding || finding.level === "note";
  if (!finding || badge.hidden || badge.title === finding.what) return;
  badge.title = finding.what;
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.textContent = `: ${finding.what}`;
  badge.replaceChildren(finding.title, spoken);
}

/**
 * @param {Finding} finding
 * @param {string} again
 */
function notice(finding, again) {
  const box = document.createElement("section");
  box.className = `notice ${NOTICES[finding.level]}`;
  box.dataset.code = finding.code;
  box.setAttribute("aria-label", finding.title);
  const [title, what, remedy, label] = ["strong", "span", "p", "b"].map((name) => document.createElement(name));
  if (!title || !what || !remedy || !label) return box;
  title.textContent = `${finding.title}.`;
  what.dataset.part = "what";
  what.textContent = finding.what;
  label.textContent = "What to try:";
  remedy.append(`${finding.why} `, label, ` ${finding.try}`);
  if (again) {
    const link = document.createElement("a");
    link.href = again;
    link.textContent = "Run again with changes";
    remedy.append(" ", link);
  }
  box.append(title, " ", what, remedy);
  return box;
}
