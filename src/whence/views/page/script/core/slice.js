import { offsetOf } from "./arrays.js";

/** @import { TracedArray } from "./traced_array.js" */

/** The two axes of an array that lie on the screen, the others held at the places of one cell. */
export class Slice {
  /**
   * @param {TracedArray} array
   * @param {number[]} index The index of a cell that lies in the slice.
   * @param {boolean} columns Whether samples are columns.
   * @param {[down: number, across: number] | null} chosen The axes on the screen, if others than usual.
   */
  constructor(array, index, columns, chosen = null) {
    this.array = array;
    this.index = index;
    const [down, across] = chosen ?? axes(array, columns);
    this.down = down;
    this.across = across;
    this.rows = this.down === null ? 1 : array.shape[this.down];
    this.columns = this.across === null ? 1 : array.shape[this.across];
    this.held = array.shape.map((_, axis) => axis).filter((axis) => axis !== this.down && axis !== this.across);
  }

  /**
   * The index of the cell in a row and a column.
   *
   * @param {number} row
   * @param {number} column
   */
  cell(row, column) {
    const index = [...this.index];
    if (this.down !== null) index[this.down] = row;
    if (this.across !== null) index[this.across] = column;
    return index;
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  offset(row, column) {
    return offsetOf(this.array, this.cell(row, column));
  }

  row(index = this.index) {
    return this.down === null ? 0 : index[this.down];
  }

  column(index = this.index) {
    return this.across === null ? 0 : index[this.across];
  }

  /** The place of a cell in the order of reading. */
  position(index = this.index) {
    return this.row(index) * this.columns + this.column(index);
  }
}

/**
 * @param {TracedArray} array
 * @param {boolean} columns
 * @returns {[down: number | null, across: number | null]}
 */
function axes({ shape, letters }, columns) {
  if (shape.length === 0) return [null, null];
  if (shape.length === 1) return (letters[0] === "n") !== columns ? [0, null] : [null, 0];
  if (shape.length === 2) return columns ? [1, 0] : [0, 1];
  const first = shape.length === 3 || letters[0] === "n" ? 1 : 0;
  return [first, first + 1];
}
