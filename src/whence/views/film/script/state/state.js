import { announce } from "../../../browser/script/changes.js";
import { films, timeline } from "./films.js";

/**
 * All that the page shows depends on, apart from the films themselves.
 *
 * @typedef {object} ViewState
 * @property {number} moment Which moment of the timeline is shown.
 * @property {boolean} playing
 * @property {number} pace How many moments a second are played.
 * @property {boolean} logarithmic Whether the curves have a logarithmic scale.
 * @property {string} cell The weight whose life is told; empty for one that tells much.
 */

/** @type {Readonly<ViewState>} */
export const state = { moment: timeline.last, playing: false, pace: 10, logarithmic: false, cell: "" };

/**
 * The only way to change the state: everybody who listens is told afterwards.
 *
 * @param {Partial<ViewState>} changes
 */
export function change(changes) {
  Object.assign(state, changes);
  announce();
}

/**
 * The frame of a film that is on show.
 *
 * @param {number} film
 */
export function frameNow(film) {
  return Math.min(timeline.frame(film, state.moment), films[film].steps.length - 1);
}
