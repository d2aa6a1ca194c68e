import { pageData } from "./page_data.js";
import { storedPreferences } from "./stored_preferences.js";

/**
 * @import { Cell } from "../core/types.js"
 * @import { Preferences } from "./stored_preferences.js"
 */

/**
 * All that the page shows depends on, apart from the recording itself.
 *
 * @typedef {object} ViewState
 * @property {Cell} cell The active cell.
 * @property {Cell[]} trail The cells passed on the way to it.
 * @property {boolean} playing Whether the player goes on from cell to cell by itself.
 * @property {number | null} filledTo Up to which place its array is filled while it is played, or null for all of it.
 * @property {boolean} expanded Whether all terms of long sums are written.
 * @property {Record<string, number[]>} slices An index in the slice that the reader has chosen, by array.
 * @property {Record<string, [down: number, across: number]>} axes Which axes of an array the reader wants on the screen.
 * @property {Record<string, View>} views What the reader wants to see of an array beside its table.
 * @property {Preferences} preferences
 */

/** @typedef {"images" | "map"} View */

/**
 * What is to happen once when a change has been drawn.
 *
 * @typedef {object} Effects
 * @property {string} [focus] The `data-key` of what is to have the keyboard's focus.
 */

/** @typedef {(state: Readonly<ViewState>, effects: Effects) => void} Listener */

/** @type {Readonly<ViewState>} */
export const state = {
  cell: { trace: 0, array: "", index: [] },
  trail: [],
  playing: false,
  filledTo: null,
  expanded: false,
  slices: {},
  axes: {},
  views: {},
  preferences: preferencesAtFirst(),
};

/** What the reader preferred before; but a page in a language of its own opens in it. */
function preferencesAtFirst() {
  const stored = storedPreferences();
  return { ...stored, language: pageData.language ?? stored.language };
}

/** @type {Listener[]} */
const listeners = [];

/**
 * The only way to change the state: everybody who listens is told afterwards.
 *
 * @param {Partial<ViewState>} changes None if the recording has changed, or the window.
 * @param {Effects} effects
 */
export function change(changes = {}, effects = {}) {
  Object.assign(state, changes);
  for (const listener of listeners) listener(state, effects);
}

/**
 * Lets a function know of every change.
 *
 * @param {Listener} listener
 */
export function onChange(listener) {
  listeners.push(listener);
}
