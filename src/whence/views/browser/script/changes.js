/**
 * What is to happen once when a change has been drawn.
 *
 * @typedef {object} Effects
 * @property {string} [focus] The `data-key` of what is to have the keyboard's focus.
 */

/** @typedef {(effects: Effects) => void} Listener */

/** @type {Listener[]} */
const listeners = [];

/**
 * Lets a function know of every change of what is on show.
 *
 * @param {Listener} listener
 */
export function onChange(listener) {
  listeners.push(listener);
}

/**
 * Tells everybody who listens that what is on show has changed, or the window.
 *
 * @param {Effects} effects
 */
export function announce(effects = {}) {
  for (const listener of listeners) listener(effects);
}
