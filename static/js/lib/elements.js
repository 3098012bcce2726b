/**
 * The element of that id.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type what it must be
 * @returns {T}
 * @throws {TypeError} the page has none, or one of another type
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new TypeError(`expected #${id} to be a ${type.name}; got ${element}`);
  return element;
}

/**
 * The element inside `root` that says `data-part="name"`.
 *
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} name
 * @param {new () => T} type
 * @returns {T}
 * @throws {TypeError} there is none, or one of another type
 */
export function part(root, name, type) {
  const element = root.querySelector(`[data-part="${name}"]`);
  if (!(element instanceof type)) throw new TypeError(`expected part ${name} to be a ${type.name}; got ${element}`);
  return element;
}

/**
 * The value in a `json_script` element.
 *
 * @param {string} id
 * @returns {any}
 */
export function pageData(id) {
  return JSON.parse(byId(id, HTMLScriptElement).textContent ?? "null");
}

/**
 * Scrolls to an element: gliding, unless less motion is wanted.
 *
 * @param {Element} element
 * @param {ScrollLogicalPosition} block where on the screen it should come to stand
 */
export function bringIntoView(element, block) {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block, behavior: isCalm ? "instant" : "smooth" });
}
