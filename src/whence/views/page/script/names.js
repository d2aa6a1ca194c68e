import { written } from "./numbers.js";

const VISIBLE = { " ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍" };
const COUNT = /^\d+$/;

/** Gives names to places on axes, such as the columns of a table, and to values, such as the characters of a text. */
export function nameThings({ arrays, steps, layers, description }) {
  const { data, classes } = description;
  const characters = data?.characters && [...data.characters];
  nameValues(arrays.get("x"), characters);
  nameValues(arrays.get("y"), classes);
  if (data?.columns) nameAxis(arrays.get("x"), 1, data.columns);
  const [weight] = layers[0].parameters;
  for (const name of [weight, `d${weight}`, `${weight}_new`]) {
    nameAxis(arrays.get(name), 0, data?.columns ?? characters);
  }
  const atOutput = steps.filter(({ kind }) => ["output", "error", "output delta"].includes(kind));
  for (const array of atOutput.flatMap((step) => step.arrays).map((name) => arrays.get(name))) {
    nameAxis(array, array.shape.length - 1, classes);
  }
}

/** What a value of an array is to be read as: the name of what it stands for, or else the number. */
export function told(array, value) {
  return array.valueNames?.[value] ?? written(value);
}

/** What a reader types for a value: the name of what it stands for, or else the number in full. */
export function typed(array, value) {
  return array.valueNames?.[value] ?? String(value);
}

/**
 * The value that a reader means by the name of what it stands for, or by its number.
 *
 * Where there are numbers among the names, a number is a name and nothing else.
 */
export function meant(array, text) {
  const names = array.valueNames;
  if (!names) return text.trim() ? Number(text) : NaN;
  const value = names.indexOf(visible(text));
  if (value >= 0) return value;
  return COUNT.test(text) && !names.some((name) => COUNT.test(name)) ? Number(text) : NaN;
}

function nameValues(array, names) {
  if (array?.whole && names) array.valueNames = names.map(visible);
}

function nameAxis(array, axis, names) {
  if (array && names && names.length === array.shape[axis]) (array.names ??= [])[axis] = names.map(visible);
}

/** A name to look at, white space as signs. */
function visible(name) {
  return VISIBLE[name] ?? name;
}
