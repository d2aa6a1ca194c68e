/**
 * @import { TracedArray } from "./traced_array.js"
 * @import { PackedTrace } from "./types.js"
 */

/** @type {Record<string, string>} */
const VISIBLE = { " ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍" };

/**
 * Gives names to places on axes, such as the columns of a table, and to values, such as the characters of a text.
 *
 * @param {Map<string, TracedArray>} arrays
 * @param {PackedTrace} trace
 */
export function nameAxesAndValues(arrays, { steps, layers, description: { data, classes, distributions } }) {
  const characters = data?.characters ? [...data.characters] : null;
  nameValues(arrays.get("x"), characters);
  nameValues(arrays.get("y"), classes);
  if (data?.columns) nameAxis(arrays.get("x"), 1, data.columns);
  const [weight] = layers[0].parameters;
  for (const name of [weight, `d${weight}`, `${weight}_new`]) {
    nameAxis(arrays.get(name), 0, data?.columns ?? characters);
  }
  const y = arrays.get("y");
  if (y && !y.isInteger) nameAxis(y, y.shape.length - 1, classes);
  if (y && distributions) y.isDistribution = true;
  const atOutput = steps.filter(({ kind }) => ["output", "error", "output delta"].includes(kind));
  for (const array of atOutput.flatMap((step) => step.arrays).map((name) => arrays.get(name))) {
    if (array) nameAxis(array, array.shape.length - 1, classes);
  }
}

/**
 * @param {TracedArray | undefined} array
 * @param {string[] | null | undefined} names
 */
function nameValues(array, names) {
  if (array?.isInteger && names) array.valueNames = names.map(visible);
}

/**
 * @param {TracedArray | undefined} array
 * @param {number} axis
 * @param {string[] | null | undefined} names
 */
function nameAxis(array, axis, names) {
  if (array && names && names.length === array.shape[axis]) array.axisNames[axis] = names.map(visible);
}

/**
 * A name to look at, white space as signs.
 *
 * @param {string} name
 */
export function visible(name) {
  return VISIBLE[name] ?? name;
}
