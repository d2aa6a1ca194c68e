import { written } from "./numbers.js";

const VISIBLE = { " ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍" };

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

/** The value that a reader means by its number or by the name of what it stands for. */
export function meant(array, typed) {
  if (typed.trim() && Number.isFinite(Number(typed))) return Number(typed);
  const value = array.valueNames?.indexOf(visible(typed)) ?? -1;
  return value >= 0 ? value : NaN;
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
