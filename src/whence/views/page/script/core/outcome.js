import { indexOf, offsetOf, sizeOf } from "./arrays.js";
import { arrayIn } from "./traces.js";

/**
 * @file What a training step comes to: what the network says of each sample, and what it should have said.
 *
 * @import { TracedArray } from "./traced_array.js"
 * @import { Trace } from "./types.js"
 */

/**
 * What the network says, of one sample or of one number of it.
 *
 * @typedef {object} Prediction
 * @property {number[]} at The index of the sample, and where in it.
 * @property {number[]} axes The axes of the target that say which prediction it is.
 * @property {TracedArray} array What the network says, as probabilities if the loss makes these of the output.
 * @property {number} offset The place in it of the number that the loss looks at; for classes, that of the target.
 * @property {number} offsetBefore The same before the reader's edits, which may have changed the target.
 * @property {{ said: number, meant: number } | null} classes The class with the largest number, NaN if there is one that is none, and that of the target.
 * @property {number} target The number that the target is, or its class.
 */

/**
 * What the network says of the samples; where each has many places, such as those of a text, of one sample only.
 *
 * @param {Trace} trace
 * @param {number} sample
 * @returns {Prediction[]}
 */
export function predictionsOf(trace, sample) {
  const array = predicted(trace);
  const y = arrayIn(trace.arrays, "y");
  const isOfClasses = y.isInteger && y.shape.length === array.shape.length - 1;
  if (!isOfClasses && y.shape.join() !== array.shape.join()) return [];
  const places = Array.from({ length: sizeOf(y.shape) }, (_, place) => indexOf(y, place));
  const isLong = sizeOf(y.shape) > y.shape[0];
  const axes = [...y.shape.keys()].filter((axis) => axis === 0 || (isLong && y.shape[axis] > 1));
  return places.filter(([of]) => !isLong || of === sample).map(isOfClasses ? ofClass : ofNumber);

  /**
   * @param {number[]} at
   * @returns {Prediction}
   */
  function ofClass(at) {
    const target = y.values[offsetOf(y, at)];
    const start = offsetOf(array, [...at, 0]);
    const scores = array.values.subarray(start, start + array.shape[at.length]);
    const said = scores.some(Number.isNaN) ? NaN : scores.indexOf(Math.max(...scores));
    const offsetBefore = start + y.recorded[offsetOf(y, at)];
    return { at, axes, array, offset: start + target, offsetBefore, classes: { said, meant: target }, target };
  }

  /**
   * @param {number[]} at
   * @returns {Prediction}
   */
  function ofNumber(at) {
    const offset = offsetOf(array, at);
    return { at, axes, array, offset, offsetBefore: offset, classes: null, target: y.values[offsetOf(y, at)] };
  }
}

/**
 * What the loss makes of the output alone, such as probabilities, or else the output.
 *
 * @param {Trace} trace
 */
function predicted({ arrays, formulas, layers, origins }) {
  const output = arrayIn(arrays, layers[layers.length - 1].output);
  for (const [name, formula] of formulas) {
    const array = arrayIn(arrays, name);
    const isOfOutput = origins[name].phase === "loss" && !formula.reads.includes("y");
    if (isOfOutput && name !== `d${output.name}` && array.shape.join() === output.shape.join()) return array;
  }
  return output;
}
