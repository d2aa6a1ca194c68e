/**
 * An array in every frame, in 256 levels that are the same in all of them.
 */
export class Frames {
  /**
   * @param {number[]} shape
   * @param {number} low
   * @param {number} high
   * @param {Uint8Array} changes The levels of the first frame, and by how much those of every other differ from the one before.
   */
  constructor([count, ...shape], low, high, changes) {
    this.count = count;
    this.shape = shape;
    this.low = low;
    this.high = high;
    this.size = shape.reduce((product, length) => product * length, 1);
    for (let place = this.size; place < changes.length; place++) changes[place] += changes[place - this.size];
    this.levels = changes;
  }

  /** @param {number} frame */
  at(frame) {
    return this.levels.subarray(frame * this.size, (frame + 1) * this.size);
  }

  /** @param {number} level */
  value(level) {
    return this.low + (level * (this.high - this.low)) / 255;
  }

  /**
   * The value of one entry in every frame.
   *
   * @param {number} place
   */
  curve(place) {
    return Array.from({ length: this.count }, (_, frame) => this.value(this.levels[frame * this.size + place]));
  }
}
