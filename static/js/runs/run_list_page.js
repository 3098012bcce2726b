import { polyline } from "../charts/sparkline.js";
import { byId, part } from "../lib/elements.js";
import { SESSION_ENDED } from "../lib/session.js";
import { capitalised, percent } from "../lib/format.js";
import { siteAddress } from "../lib/site.js";
import { ENDED } from "./run_states.js";
import { isPoor, showFindingBadge, statusClass } from "./findings.js";
import { showTimes } from "../lib/times.js";
import { RunListPoller } from "./run_list_poller.js";
import { RowSelection } from "./row_selection.js";

/** @typedef {import("../lib/messages.js").RunListed} RunListed */

const box = byId("runs", HTMLElement);
const list = byId("run-list", HTMLElement);
const template = byId("run-row", HTMLTemplateElement);
const selection = new RowSelection({
  list,
  all: byId("select-all", HTMLInputElement),
  count: byId("selected-count", HTMLElement),
  buttons: [...byId("bulk", HTMLFormElement).querySelectorAll("button")],
});

/** @param {RunListed[]} runs in the order of the page */
function show(runs) {
  const rows = new Map([...list.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.run, row]));
  const wanted = runs.map((run) => {
    const row = rows.get(String(run.id)) ?? newRow(run);
    fill(row, run);
    return row;
  });
  // A row in the right position is not moved: it keeps the focus.
  wanted.forEach((row, index) => {
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
  while (list.children.length > wanted.length) list.lastElementChild?.remove();
  showTimes(list);
  byId("no-runs", HTMLElement).hidden = wanted.length > 0;
  byId("bulk-bar", HTMLElement).hidden = wanted.length === 0;
  selection.refresh();
}

/** @param {RunListed} run */
function newRow(run) {
  const row = /** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild;
  if (!(row instanceof HTMLElement)) throw new TypeError("the template of a row has no element");
  row.dataset.run = String(run.id);
  part(row, "tick", HTMLInputElement).value = String(run.id);
  part(row, "title", HTMLAnchorElement).href = siteAddress(`runs/${run.id}/`);
  return row;
}

/**
 * @param {Element} row
 * @param {RunListed} run
 */
function fill(row, run) {
  const badge = part(row, "status", HTMLElement);
  badge.className = statusClass(run);
  put(badge, capitalised(run.status));
  put(part(row, "title", HTMLElement), run.title);
  put(part(row, "summary", HTMLElement), run.varied);
  part(row, "tick", HTMLInputElement).setAttribute("aria-label", `Select ${run.title}`);
  part(row, "curve", SVGPolylineElement).setAttribute("points", run.curve.length ? polyline(run.curve, 96, 28) : "");
  const bar = part(row, "progress", HTMLProgressElement);
  bar.value = run.progress;
  bar.className =
    run.status === "completed" && !isPoor(run) ? "is-completed" : ENDED.includes(run.status) ? "is-ended" : "";
  put(part(row, "epoch", HTMLElement), run.stage || `epoch ${run.epoch} of ${run.epochs}`);
  put(part(row, "accuracy", HTMLElement), percent(run.latest?.test_accuracy));
  showFindingBadge(part(row, "finding", HTMLElement), run.findings);
  showTags(part(row, "tags", HTMLElement), run.tags);
  const link = part(row, "version", HTMLAnchorElement);
  link.hidden = run.version === null;
  if (run.version !== null) {
    link.href = siteAddress(`versions/${run.version}/`);
    put(link, `Version ${run.version}`);
  }
  part(row, "created", HTMLTimeElement).dateTime = run.created;
}

/**
 * @param {Element} element
 * @param {string[]} tags
 */
function showTags(element, tags) {
  if (element.textContent === tags.map((tag) => `#${tag}`).join("")) return;
  element.replaceChildren(
    ...tags.map((tag) => {
      const link = document.createElement("a");
      link.className = "tag";
      link.href = siteAddress(`runs/?tag=${encodeURIComponent(tag)}`);
      link.textContent = `#${tag}`;
      return link;
    }),
  );
}

/**
 * @param {Element} element
 * @param {string} text
 */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The page and the API have the same query parameters.
const query = new URLSearchParams(box.dataset.query);
query.set("limit", box.dataset.limit ?? "25");
const poller = new RunListPoller({ url: siteAddress(`api/v1/runs?${query}`) });
poller.addEventListener("runs", (event) => show(/** @type {CustomEvent} */ (event).detail));
poller.addEventListener("failure", (event) => {
  const notice = byId("list-trouble", HTMLElement);
  const text = /** @type {CustomEvent} */ (event).detail;
  notice.hidden = text === "";
  put(notice, text === SESSION_ENDED ? text : text && `${text} The list may be outdated; retrying.`);
});
byId("select-all-label", HTMLElement).hidden = false;
selection.start();
poller.start();
