import { byId, pageData } from "../lib/elements.js";
import { parameterCount } from "./parameter_count.js";

/** `MAX_PARAMETERS` in training/config.py; the server has the last word. */
const MOST = 10_000_000;

const form = byId("run-form", HTMLFormElement);
const submit = byId("submit", HTMLButtonElement);
const layers = /** @type {HTMLInputElement} */ (form.elements.namedItem("hidden_layers"));
const output = byId("parameter-count", HTMLOutputElement);
const presets = /** @type {Record<string, Record<string, unknown>>} */ (pageData("preset-values"));

function showCount() {
  const count = parameterCount(layers.value);
  const isTooMuch = count !== null && count > MOST;
  output.classList.toggle("is-too-much", isTooMuch);
  const words = count === null ? "" : `${count.toLocaleString("en")} weights and biases`;
  output.value = isTooMuch ? `${words}: at most ${MOST.toLocaleString("en")}` : words;
}

/** @param {Record<string, unknown>} values */
function fill(values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = Boolean(value);
    else if (
      field instanceof HTMLInputElement ||
      field instanceof HTMLSelectElement ||
      field instanceof RadioNodeList
    ) {
      field.value = value == null ? "" : String(value);
    }
  }
  showCount();
}

for (const link of byId("presets", HTMLElement).querySelectorAll("a")) {
  link.addEventListener("click", (event) => {
    const values = presets[link.dataset.preset ?? ""];
    if (!values || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    fill(values);
    for (const other of byId("presets", HTMLElement).querySelectorAll("a")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    history.replaceState(null, "", link.href);
  });
}

layers.addEventListener("input", showCount);
form.addEventListener("submit", (event) => {
  if (submit.disabled) event.preventDefault();
  submit.disabled = true;
  submit.textContent = "Starting…";
});
// The way back out of the browser's cache must not find a dead button.
addEventListener("pageshow", () => {
  submit.disabled = false;
  submit.textContent = "Start the run";
});
showCount();
document.getElementById("error-summary")?.focus();
