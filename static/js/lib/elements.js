/**
 * The element with an id.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type the expected class
 * @returns {T}
 * @throws {TypeError} the page has no such element, or one of another class
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new TypeError(`expected #${id} to be a ${type.name}; got ${element}`);
  return element;
}

/**
 * The element inside `root` with `data-part="name"`.
 *
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} name
 * @param {new () => T} type
 * @returns {T}
 * @throws {TypeError} there is no such element, or one of another class
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
 * Scrolls to an element; smoothly, unless the user prefers reduced motion.
 *
 * @param {Element} element
 * @param {ScrollLogicalPosition} block the position of the element in the window
 */
export function bringIntoView(element, block) {
  const isReduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block, behavior: isReduced ? "instant" : "smooth" });
}
