const MIN_COMPARED = 2;
const MAX_COMPARED = 8;

/** Limits the selection to two to eight versions, and shows the count. */
function limitSelection() {
  const form = document.getElementById("versions");
  const button = document.getElementById("compare");
  const help = document.getElementById("compare-help");
  if (!form || !help || !(button instanceof HTMLButtonElement)) return;
  const update = () => {
    const boxes = [...form.querySelectorAll("input")];
    const count = boxes.filter((box) => box.checked).length;
    button.disabled = count < MIN_COMPARED;
    for (const box of boxes) box.disabled = count >= MAX_COMPARED && !box.checked;
    help.textContent = count === 0 ? "Select two to eight versions." : `${count} of at most ${MAX_COMPARED} selected.`;
  };
  form.addEventListener("change", update);
  addEventListener("pageshow", update);
  update();
}

limitSelection();
