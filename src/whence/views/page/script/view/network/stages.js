import { sizeOf } from "../../core/arrays.js";
import { arrayIn } from "../../core/traces.js";

/** @import { Trace } from "../../core/types.js" */

/**
 * What the network is made of from left to right: the inputs, the layers of each number, and the loss.
 *
 * @typedef {object} Stage
 * @property {number} number
 * @property {string[]} arrays What goes in at the inputs, what comes out of its layers, and what makes the loss.
 * @property {string} output The last of them.
 * @property {string[]} parameters
 * @property {string[]} kinds The kinds of its layers.
 * @property {number[]} shape The shape of one sample of the output.
 * @property {number | null} units How many units it has, or null if they have more than one axis.
 * @property {number} size
 */

/**
 * @param {Trace} trace
 * @returns {Stage[]}
 */
export function stagesOf(trace) {
  const numbers = [...new Set([0, ...trace.layers.map(({ number }) => number)])];
  const stages = numbers.map((number) => {
    const layers = trace.layers.filter((layer) => layer.number === number);
    const arrays = [...(number === 0 ? ["x"] : []), ...layers.map((layer) => layer.output)];
    const output = arrays[arrays.length - 1];
    const [, ...shape] = arrayIn(trace.arrays, output).shape;
    return {
      number,
      arrays,
      output,
      parameters: [...new Set(layers.flatMap((layer) => layer.parameters))],
      kinds: layers.map(({ kind }) => kind),
      shape,
      units: shape.length <= 1 ? (shape[0] ?? 1) : null,
      size: sizeOf(shape),
    };
  });
  return [...stages, lossStage(trace, stages)];
}

/**
 * @param {Trace} trace
 * @param {Stage[]} stages
 * @returns {Stage}
 */
function lossStage({ origins }, stages) {
  const isTaken = (/** @type {string} */ name) => stages.some(({ arrays }) => arrays.includes(subject(name)));
  const made = Object.keys(origins).filter((name) => origins[name].phase === "loss" && !isTaken(name));
  const number = stages.length;
  return { number, arrays: ["y", ...made], output: "loss", parameters: [], kinds: ["Loss"], shape: [], units: 1, size: 1 };
}

/**
 * The stage that an array belongs to, if to one, and whether it lies on the way to it, as weights do.
 *
 * @param {Trace} trace
 * @param {Stage[]} stages
 * @param {string} name
 */
export function stageOf(trace, stages, name) {
  const at = (/** @type {number} */ place, isBefore = false) => ({ at: place, isBefore });
  const origin = trace.origins[name];
  const owner = subject(origin.parameter ?? name);
  const weighed = stages.findIndex(({ parameters }) => parameters.includes(owner));
  if (weighed >= 0) return at(weighed, weighed > 0 && arrayIn(trace.arrays, owner).shape.length > 1);
  if (origin.layer !== null) {
    const back = origin.phase === "backward" ? stages.findIndex(({ arrays }) => arrays.includes(owner)) : -1;
    const { number } = trace.layers[origin.layer];
    return at(back >= 0 ? back : stages.findIndex((stage) => stage.number === number));
  }
  if (origin.phase === "data") return at(name === "x" ? 0 : stages.length - 1);
  const made = stages.findIndex(({ arrays }) => arrays.includes(owner));
  return made >= 0 ? at(made) : null;
}

/**
 * The array that a gradient or a new value belongs to: `W1` for `dW1` and `W1_new`.
 *
 * @param {string} name
 */
export function subject(name) {
  return name.replace(/^d|_new$/g, "");
}
