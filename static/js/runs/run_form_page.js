import { byId, pageData } from "../lib/elements.js";
import { parameterCount } from "./parameter_count.js";
import { RunEstimate } from "./run_estimate.js";

/** The server's limit; it checks the number again. */
const MAX_PARAMETERS = 10_000_000;

const form = byId("run-form", HTMLFormElement);
const submit = byId("submit", HTMLButtonElement);
const layers = /** @type {HTMLInputElement} */ (form.elements.namedItem("hidden_layers"));
const output = byId("parameter-count", HTMLOutputElement);
const estimate = new RunEstimate(form, byId("estimate", HTMLOutputElement));
const presets = /** @type {Record<string, Record<string, unknown>>} */ (pageData("preset-values"));

function showCount() {
  const count = parameterCount(layers.value);
  const isTooLarge = count !== null && count > MAX_PARAMETERS;
  output.classList.toggle("is-too-much", isTooLarge);
  const text = count === null ? "" : `${count.toLocaleString("en")} weights and biases`;
  output.value = isTooLarge ? `${text}: at most ${MAX_PARAMETERS.toLocaleString("en")}` : text;
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
  estimate.refresh();
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
// A page from the browser's back/forward cache needs an enabled button.
addEventListener("pageshow", () => {
  submit.disabled = false;
  submit.textContent = "Start the run";
});
showCount();
estimate.start();
document.getElementById("error-summary")?.focus();
