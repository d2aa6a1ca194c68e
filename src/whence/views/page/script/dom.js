const NAMESPACES = { svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML" };

/** Makes an element: attributes by name, `on…` as listeners, `null` and `false` left out; then its children. */
export const element = makerOf(null);
export const svg = makerOf(NAMESPACES.svg);
export const math = makerOf(NAMESPACES.math);

function makerOf(namespace) {
  return (name, attributes = {}, ...children) => {
    const made = namespace ? document.createElementNS(namespace, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) {
        made.setAttribute(key, value === true ? "" : value);
      }
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return made;
  };
}

export function replace(id, ...children) {
  const place = document.getElementById(id);
  place.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
  return place;
}
