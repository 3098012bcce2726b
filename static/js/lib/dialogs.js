/** Links with `data-dialog="id"` open that dialog; without JavaScript they lead to a page with the same form. */
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
