import { decode } from "../../../browser/script/base64.js";
import { nameAxesAndValues } from "./axis_and_value_names.js";
import { Formula } from "./evaluation.js";
import { once } from "./once.js";
import { inOrder } from "./order.js";
import { stepsOf } from "./steps.js";
import { TracedArray } from "./traced_array.js";

/** @import { PackedTrace, Trace } from "./types.js" */

const TYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array };

/**
 * The traces of the page, ready to be shown and evaluated, from the base64 that it carries.
 *
 * @param {{ bytes: string[], traces: PackedTrace[] }} data
 */
export function unpack({ bytes, traces }) {
  const contents = bytes.map((text) => once(() => decode(text)));
  return traces.map((packed, number) => traceOf(packed, number, contents));
}

/**
 * @param {PackedTrace} packed
 * @param {number} number
 * @param {(() => ArrayBuffer)[]} contents
 * @returns {Trace}
 */
function traceOf(packed, number, contents) {
  /** @type {Map<string, number[]>} */
  const shapes = new Map(Object.entries(packed.arrays).map(([name, { shape }]) => [name, shape]));
  const formulas = new Map(
    Object.entries(packed.formulas).map(([name, formula]) => [
      name,
      new Formula(formula, (array) => shapes.get(array) ?? []),
    ]),
  );
  const arrays = new Map(
    Object.entries(packed.arrays).map(([name, array]) => {
      const numbers = () => new Float64Array(new TYPES[array.type](contents[array.bytes]()));
      return [name, new TracedArray(name, array, letters(name, array.shape, formulas), numbers)];
    }),
  );
  nameAxesAndValues(arrays, packed);
  return {
    number,
    arrays,
    formulas,
    groups: inOrder([...formulas.values()]),
    origins: packed.origins,
    steps: stepsOf(packed, formulas),
    layers: packed.layers,
    read: (name) => arrayIn(arrays, name).values,
  };
}

/**
 * An array by its name.
 *
 * @param {Map<string, TracedArray>} arrays
 * @param {string} name
 */
export function arrayIn(arrays, name) {
  const array = arrays.get(name);
  if (!array) throw new RangeError(`there is no array ${name}`);
  return array;
}

/**
 * The letters that an array's axes go by, from the formula that makes it or the first that reads it.
 *
 * @param {string} name
 * @param {number[]} shape
 * @param {Map<string, Formula>} formulas
 */
function letters(name, shape, formulas) {
  const formula = formulas.get(name) ?? [...formulas.values()].find(({ reads }) => reads.includes(name));
  return formula?.lettersOf(name) ?? shape.map(() => "");
}
