/** Lets links that name a dialog (`data-dialog="id"`) open it; without script they lead to a page that asks the same. */
export function openDialogsFromLinks() {
  for (const link of document.querySelectorAll("a[data-dialog]")) {
    if (!(link instanceof HTMLAnchorElement)) continue;
    const dialog = document.getElementById(link.dataset.dialog ?? "");
    if (!(dialog instanceof HTMLDialogElement)) continue;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
  }
}
