/**
 * @typedef {Node | string | null | undefined} Child What is added to an element, or is left out.
 * @typedef {{ listen(event: Event): void }["listen"]} EventHandler
 * @typedef {Record<string, string | number | boolean | null | undefined | EventHandler>} Attributes
 */

/**
 * Makes an element: attributes by name, `on…` as listeners, `null` and `false` left out; then its children.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/**
 * The same for drawings.
 *
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/**
 * The same for formulas.
 *
 * @template {keyof MathMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
export function math(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/1998/Math/MathML", name), attributes, children);
}

/**
 * @template {Element} Made
 * @param {Made} made
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? "" : String(value));
    }
  }
  made.append(...present(children));
  return made;
}

/** @param {(Child | Child[])[]} children */
function present(children) {
  return children.flat().filter((child) => child !== null && child !== undefined);
}

/**
 * The element with an id, which is in the template.
 *
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`there is no element #${id}`);
  return found;
}

/**
 * Puts children in the place of those that an element has.
 *
 * @param {string} id
 * @param {(Child | Child[])[]} children
 */
export function replace(id, ...children) {
  const place = byId(id);
  place.replaceChildren(...present(children));
  return place;
}

/**
 * A button, which keeps the focus by its key when the page is drawn anew.
 *
 * @param {string} key
 * @param {() => void} action
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
export function button(key, action, attributes, ...children) {
  return element("button", { type: "button", onclick: action, "data-key": key, ...attributes }, ...children);
}

/**
 * A menu of values by what they are called.
 *
 * @param {string} key
 * @param {[value: string, name: string][]} options
 * @param {string} chosen
 * @param {(value: string) => void} choose
 * @param {Attributes} attributes
 */
export function menu(key, options, chosen, choose, attributes) {
  const option = (/** @type {[string, string]} */ [value, name]) =>
    element("option", { value, selected: value === chosen }, name);
  const made = element(
    "select",
    { "data-key": key, onchange: () => choose(made.value), ...attributes },
    ...options.map(option),
  );
  return made;
}
