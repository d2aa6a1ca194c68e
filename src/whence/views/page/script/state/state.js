import { announce } from "../../../browser/script/changes.js";

/**
 * @import { Cell } from "../core/types.js"
 * @import { Effects } from "../../../browser/script/changes.js"
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
 */

/** @typedef {"images" | "map"} View */

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
};

/**
 * The only way to change the state: everybody who listens is told afterwards.
 *
 * @param {Partial<ViewState>} changes None if the recording has changed, or the window.
 * @param {Effects} effects
 */
export function change(changes = {}, effects = {}) {
  Object.assign(state, changes);
  announce(effects);
}
