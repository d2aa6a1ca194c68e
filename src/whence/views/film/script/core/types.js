/**
 * @file What the page is given, as `whence.views.film.pack` writes it, with its arrays unpacked.
 *
 * @import { Frames } from "./frames.js"
 */

/**
 * @typedef {Uint8Array | Int32Array | Float32Array | Float64Array} Values
 *
 * @typedef {{ shape: number[], values: Values }} Numbers An array, its values row by row.
 */

/**
 * @typedef {object} Curves Means over windows of steps.
 * @property {Numbers} steps The last step of each.
 * @property {Numbers} loss
 * @property {string[]} layers
 * @property {Numbers} gradient Norms, for each layer.
 * @property {Numbers} update
 * @property {Numbers} weights
 */

/**
 * @typedef {object} FirstLayer
 * @property {string} name The parameter.
 * @property {number[]} shape
 * @property {"pictures" | "kernels" | "matrix"} kind
 * @property {Frames} weights Units × height × width × channels, or the rows and columns of a matrix.
 */

/**
 * @typedef {object} ShownSamples
 * @property {"train" | "validation" | "test"} part
 * @property {number[]} numbers
 * @property {Numbers} inputs
 * @property {Numbers} targets
 * @property {Numbers} outputs Frames × samples × outputs.
 * @property {Record<string, Frames>} activations
 */

/**
 * @typedef {object} Surface What is predicted over one input or two.
 * @property {string[]} inputs
 * @property {Numbers[]} axes
 * @property {Frames} values
 * @property {Numbers} points
 * @property {Numbers} targets
 */

/**
 * @typedef {object} Lives What some weights are made of.
 * @property {string[]} cells
 * @property {string[]} groups
 * @property {Numbers} values Frames × cells.
 * @property {Numbers} first
 * @property {Numbers} added Frames × cells × groups.
 * @property {Numbers} raised Samples that added most to each cell.
 * @property {Numbers} raised_by
 * @property {Numbers} lowered
 * @property {Numbers} lowered_by
 * @property {number[]} numbers The samples whose inputs and targets are known.
 * @property {Numbers} inputs
 * @property {Numbers} targets
 */

/**
 * @typedef {object} Film
 * @property {string} title
 * @property {string} run
 * @property {number[]} steps How many have been made at each frame.
 * @property {number} stepsPerEpoch
 * @property {Record<string, number | null>[]} history What was measured of each epoch.
 * @property {number} bestEpoch The epoch whose parameters the saved model has.
 * @property {string[] | null} classes
 * @property {string[]} targets
 * @property {string[] | null} columns
 * @property {{ height: number, width: number, channels: number, maximum: number } | null} image
 * @property {string | null} characters
 * @property {Curves} curves
 * @property {{ layers: string[], units: number[], share: Numbers }} dead
 * @property {FirstLayer | null} firstLayer
 * @property {ShownSamples} samples
 * @property {Surface | null} surface
 * @property {Lives | null} lives
 */

export {};
