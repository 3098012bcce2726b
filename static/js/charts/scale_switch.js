/**
 * Calls back with "linear" or "log" when the user presses one of the two buttons in `box`.
 *
 * @param {HTMLElement} box
 * @param {(scale: import("./line_chart.js").Scale) => void} callback
 */
export function onScaleChange(box, callback) {
  const buttons = [...box.querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      callback(button.dataset.scale === "log" ? "log" : "linear");
    });
  }
}
