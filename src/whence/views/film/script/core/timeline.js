/** @import { Film } from "./types.js" */

/**
 * The moments that films have frames of, in epochs, in order: each film shows the last frame that it has by then.
 */
export class Timeline {
  /** @param {Film[]} films */
  constructor(films) {
    this.epochs = films.map(({ steps, stepsPerEpoch }) => steps.map((step) => step / stepsPerEpoch));
    this.times = [...new Set(this.epochs.flat())].sort((one, other) => one - other);
  }

  get last() {
    return this.times.length - 1;
  }

  /**
   * The frame of a film at a moment.
   *
   * @param {number} film
   * @param {number} moment
   */
  frame(film, moment) {
    return this.epochs[film].findLastIndex((epoch) => epoch <= this.times[moment]);
  }
}
