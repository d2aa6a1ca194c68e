import { button, svg } from "./dom.js";

/** @typedef {keyof typeof ICONS} Icon */

const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  previous: "M11 3v10L4 8z",
  play: "M4 2l10 6-10 6z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  next: "M5 3l7 5-7 5z",
  last: "M11 3h2v10h-2zM3 3l7 5-7 5z",
};

/**
 * A button of a player: a sign, and what it means as its label.
 *
 * @param {Icon} name
 * @param {string} label
 * @param {string} key
 * @param {() => void} action
 */
export function iconButton(name, label, key, action, disabled = false) {
  return button(
    key,
    action,
    { disabled, "aria-label": label, title: label },
    svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] })),
  );
}
