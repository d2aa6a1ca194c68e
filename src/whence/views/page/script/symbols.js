import { bare, children } from "./expressions.js";
import { preferences } from "./preferences.js";

/** How tightly each kind of node holds together, from loose to tight. */
export const SIGNED = 0;
export const ADD = 1;
export const SUM = 2;
export const MULTIPLY = 3;
export const NEGATE = 4;
export const POWER = 5;
export const ATOM = 6;

export const PRECEDENCE = { "+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "^": POWER };
export const SIGNS = { "+": "+", "-": "−", "*": "·", "/": "/", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=" };

export const ABBREVIATED = { max0: "max", min0: "min", maximum: "max", minimum: "min", sigmoid: "σ" };

export function isComparison(symbol) {
  return !(symbol in PRECEDENCE);
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** A name as on paper: `v_W1_new` is v with W1 below and "new" above, `W₀→2` has its level and direction above. */
export function nameParts(name) {
  const isNew = name.endsWith("_new");
  const stem = isNew ? name.slice(0, -4) : name;
  const state = stem.match(/^(\p{L}̂?)_(.+)$/u);
  const base = state ? state[1] : stem;
  const [, letter, lowered, number, primes] = base.match(/^(.*?)([₀-₉]*[→←]?)((?:\d+(?:\.\d+)*)?)(′*)$/u);
  const level = lowered.replace(/[₀-₉]/gu, (digit) => SUBSCRIPTS.indexOf(digit));
  return { letter: letter.replaceAll("_", " "), below: state ? state[2] : number, level, primes, isNew };
}

/**
 * The subscripts of an entry as they are displayed: where samples are columns, matrices are transposed.
 */
export function displayed(places) {
  return preferences.columns && places.length === 2 ? [...places].reverse() : places;
}

/**
 * The operands of an operation as they are displayed: where samples are columns, x · W becomes W · x.
 */
export function factors([, symbol, left, right]) {
  const swap = preferences.columns && symbol === "*" && isMatrixProduct(left, right);
  return swap ? [right, left] : [left, right];
}

function isMatrixProduct(left, right) {
  if (![left, right].every((node) => node[0] === "entry" && node[2].length === 2)) return false;
  const [first, second] = [left, right].map((node) => node[2].map((place) => bare(place)?.[0]));
  return first.filter((letter) => second.includes(letter)).length === 1;
}

/** The arrays of an expression in the order in which they are displayed. */
export function readingOrder(node) {
  const own = node[0] === "entry" ? [node[1]] : [];
  const inner = node[0] === "operation" ? factors(node) : children(node);
  return [...new Set([...own, ...inner.flatMap(readingOrder)])];
}
