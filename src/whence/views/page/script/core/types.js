/**
 * @file What the page is given, and the traces that it makes of it.
 *
 * @import { Formula } from "./evaluation.js"
 * @import { JsonFormula } from "./expressions.js"
 * @import { Group } from "./order.js"
 * @import { TracedArray } from "./traced_array.js"
 */

/**
 * What the page carries, as `whence.views.page.document` writes it; an array is a number of a content in `bytes`.
 *
 * @typedef {object} PageData
 * @property {string} title
 * @property {Record<string, string[]>} which Which step each is, on which samples, by language; empty if that is not known.
 * @property {number} firstStep The number of the first training step, counted from the beginning of the training.
 * @property {string} start The cell that the page opens at, unless its address names another; empty for the first.
 * @property {string | null} language The language that the page opens in, if not the reader's.
 * @property {boolean} embedded Whether the page is a part of another.
 * @property {number[] | null} images Height, width and perhaps channels of the images that the inputs are.
 * @property {Record<string, Record<string, Template>>} texts The texts of every language by its code.
 * @property {PackedExercise | null} exercise
 * @property {string[]} bytes Contents of arrays in base64.
 * @property {PackedTrace[]} traces
 */

/** @typedef {string | Record<string, string>} Template A text, or one for each plural form of its count. */

/**
 * An exercise on the only training step.
 *
 * @typedef {object} PackedExercise
 * @property {number} seed
 * @property {boolean} solved Whether it is the teacher's key.
 * @property {{ array: string, index: number[] }[]} blanks The cells to compute, in that order.
 * @property {Record<string, number[]>} hidden The offsets of blanks, and of what gives one away or depends on one.
 * @property {string} numbers The numbers there in base64.
 */

/**
 * @typedef {{ shape: number[], type: "f4" | "f8" | "i4", bytes: number }} PackedArray
 *
 * @typedef {object} PackedTrace
 * @property {Record<string, PackedArray>} arrays
 * @property {Record<string, JsonFormula>} formulas
 * @property {Record<string, Origin>} origins
 * @property {{ kind: string, number: number | null, arrays: string[] }[]} steps
 * @property {Layer[]} layers
 * @property {Description} description
 */

/**
 * Which part of the training step made an array.
 *
 * @typedef {object} Origin
 * @property {string} phase
 * @property {string} function The function in whence that computed it; empty for what was given.
 * @property {number | null} layer The position of the layer that it belongs to.
 * @property {string | null} parameter The parameter whose update it is a part of.
 */

/**
 * @typedef {object} Layer
 * @property {string} kind
 * @property {number} number Counted by the layers that have parameters.
 * @property {string} input
 * @property {string} output
 * @property {string[]} parameters
 */

/**
 * @typedef {object} DataDescription
 * @property {string[]} [columns] The names of the columns of a table.
 * @property {string} [characters] The characters of a text, in the order of their numbers.
 * @property {{ height: number, width: number, channels: number }} [image]
 *
 * @typedef {object} Description
 * @property {DataDescription | null} [data]
 * @property {string[] | null} [classes]
 * @property {boolean} [distributions] Whether the targets of a sample must add up to 1.
 */

/**
 * A step of the computation, in parts: what is shown together, one after the other.
 *
 * @typedef {object} Step
 * @property {string} kind
 * @property {number} number Its place among the steps of the trace.
 * @property {number | null} layer The number of the layer that it is about.
 * @property {string[]} arrays
 * @property {string[][]} parts
 * @property {boolean} computes Whether it is more than reading what is given.
 */

/**
 * One training step recorded whole.
 *
 * @typedef {object} Trace
 * @property {number} number Its place among the traces of the page.
 * @property {Map<string, TracedArray>} arrays
 * @property {Map<string, Formula>} formulas By the array that they make.
 * @property {Group[]} groups The formulas in the order of evaluation.
 * @property {Record<string, Origin>} origins
 * @property {Step[]} steps
 * @property {Layer[]} layers
 * @property {(name: string) => Float64Array} read The numbers of an array as they are now.
 */

/**
 * One entry of one array.
 *
 * @typedef {object} Cell
 * @property {number} trace The place of its trace among those of the page.
 * @property {string} array
 * @property {number[]} index
 */

export {};
