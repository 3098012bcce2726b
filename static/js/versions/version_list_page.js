import { keepTimesRelative } from "../lib/relative_times.js";

const LEAST = 2;
const MOST = 8;

/** Lets two to eight versions be ticked, and says so. */
function watchChoice() {
  const form = document.getElementById("versions");
  const button = document.getElementById("compare");
  const help = document.getElementById("compare-help");
  if (!form || !help || !(button instanceof HTMLButtonElement)) return;
  const update = () => {
    const boxes = [...form.querySelectorAll("input")];
    const count = boxes.filter((box) => box.checked).length;
    button.disabled = count < LEAST;
    for (const box of boxes) box.disabled = count >= MOST && !box.checked;
    help.textContent = count === 0 ? "Tick two to eight versions." : `${count} of at most ${MOST} ticked.`;
  };
  form.addEventListener("change", update);
  addEventListener("pageshow", update);
  update();
}

watchChoice();
keepTimesRelative();
