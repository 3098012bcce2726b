/** Swagger's sheet is dark below `html.dark-mode` only: sets the class as the colour scheme says. */
const scheme = matchMedia("(prefers-color-scheme: dark)");

function update() {
  document.documentElement.classList.toggle("dark-mode", scheme.matches);
}

scheme.addEventListener("change", update);
update();
