const MIN_COMPARED = 2;

/** Enables the buttons of a list of versions by the number of selected ones, and shows the count. */
function followSelection() {
  const form = document.getElementById("versions");
  const button = document.getElementById("compare");
  const help = document.getElementById("compare-help");
  if (!form || !help || !(button instanceof HTMLButtonElement)) return;
  const most = Number(form.dataset.most);
  const nothingSelected = help.textContent;
  const others = /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll("button[data-bulk]"));
  const update = () => {
    const count = form.querySelectorAll("input[type=checkbox]:checked").length;
    button.disabled = count < MIN_COMPARED || count > most;
    for (const other of others) other.disabled = count === 0;
    help.textContent =
      count === 0
        ? nothingSelected
        : count > most
          ? `${count} selected; at most ${most} can be compared.`
          : `${count} of at most ${most} selected.`;
  };
  form.addEventListener("change", update);
  addEventListener("pageshow", update);
  update();
}

followSelection();
