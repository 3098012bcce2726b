import { ApiError, fetchJson } from "../lib/api.js";
import { siteAddress } from "../lib/site.js";
import { byId } from "../lib/elements.js";

const form = byId("corrections", HTMLFormElement);
const remove = byId("delete", HTMLButtonElement);
const all = byId("select-all", HTMLInputElement);
const status = byId("told", HTMLElement);

function boxes() {
  return /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[name=id]")]);
}

function updateSelection() {
  const count = boxes().filter((box) => box.checked).length;
  remove.disabled = count === 0;
  remove.textContent = count === 0 ? "Delete selected" : `Delete ${count} selected`;
  all.checked = count === boxes().length;
  all.indeterminate = count > 0 && !all.checked;
}

/** @param {HTMLSelectElement} select the digit of a correction */
async function relabel(select) {
  const card = /** @type {HTMLElement} */ (select.closest("[data-correction]"));
  const before = [...select.options].find((option) => option.defaultSelected)?.value ?? select.value;
  try {
    const correction = await fetchJson(siteAddress(`api/v1/corrections/${card.dataset.correction}`), {
      method: "PATCH",
      body: { label: Number(select.value) },
    });
    for (const option of select.options) option.defaultSelected = option.value === String(correction.label);
    const verdict = card.querySelector("[data-part=verdict]");
    if (verdict)
      verdict.textContent = correction.digit === correction.label ? "correct" : `predicted ${correction.digit}`;
    status.textContent = `Correction ${correction.id} is now labelled ${correction.label}.`;
  } catch (error) {
    select.value = before;
    if (error instanceof ApiError && error.status === 404) card.classList.add("is-gone");
    status.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** @param {string} key a digit key, pressed while a correction has the focus */
function relabelByKey(key) {
  const select = document.activeElement?.closest("[data-correction]")?.querySelector("select");
  if (!select || document.activeElement === select || select.value === key) return;
  select.value = key;
  relabel(select);
}

/** @type {HTMLElement} */ (all.closest("label")).hidden = false;
all.addEventListener("change", () => {
  for (const box of boxes()) box.checked = all.checked;
  updateSelection();
});
form.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement) relabel(event.target);
  else updateSelection();
});
form.addEventListener("keydown", (event) => {
  if (/^[0-9]$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) relabelByKey(event.key);
});
addEventListener("pageshow", updateSelection);
updateSelection();
