import { preferences } from "../../../../browser/script/preferences.js";
import { cellName } from "../../state/cells.js";
import { bare, children } from "../../core/expressions.js";

/**
 * @import { Cell } from "../../core/types.js"
 * @import { Expression, Operation } from "../../core/expressions.js"
 */

/** How tightly each kind of node holds together, from loose to tight. */
export const SIGNED = 0;
export const ADD = 1;
export const SUM = 2;
export const MULTIPLY = 3;
export const NEGATE = 4;
export const POWER = 5;
export const ATOM = 6;

/** @type {Record<string, number>} */
export const PRECEDENCE = { "+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "^": POWER };

/** @type {Record<string, string>} */
export const SIGNS = {
  "+": "+",
  "-": "−",
  "*": "·",
  "/": "/",
  "<": "<",
  "<=": "≤",
  ">": ">",
  ">=": "≥",
  "=": "=",
  "!=": "≠",
};

/** What is written before the terms that a reduction takes. */
export const REDUCTIONS = { Sum: "∑", Max: "max", ArgMax: "argmax" };

/** @type {Record<string, string>} */
export const ABBREVIATED = { max0: "max", min0: "min", maximum: "max", minimum: "min", sigmoid: "σ" };

/** @param {string} symbol */
export function isComparison(symbol) {
  return !(symbol in PRECEDENCE);
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/**
 * A name as on paper: `v_W1_new` is v with W1 below and "new" above, `W₀→2` has its level and direction above.
 *
 * @param {string} name
 */
export function nameParts(name) {
  const isNew = name.endsWith("_new");
  const stem = isNew ? name.slice(0, -4) : name;
  const [, letterOfState, owner] = stem.match(/^(\p{L}̂?)_(.+)$/u) ?? [];
  const base = letterOfState ?? stem;
  const [, letter, lowered, number, primes] = base.match(/^(.*?)([₀-₉]*[→←]?)((?:\d+(?:\.\d+)*)?)(′*)$/u) ?? [
    "",
    base,
    "",
    "",
    "",
  ];
  const level = lowered.replace(/[₀-₉]/gu, (digit) => String(SUBSCRIPTS.indexOf(digit)));
  return { letter: letter.replaceAll("_", " "), below: owner ?? number, level, primes, isNew };
}

/**
 * What belongs to the axes of an array in the order of display: where samples are columns, matrices are transposed.
 *
 * @template Item
 * @param {Item[]} items
 */
export function displayed(items) {
  return preferences.columns && items.length === 2 ? [...items].reverse() : items;
}

/**
 * The name of a cell, or of a range of cells, as it is displayed.
 *
 * @param {Cell | { trace: number, array: string, index: string[] }} cell
 */
export function displayedName({ trace, array, index }) {
  return cellName({ trace, array, index: displayed(/** @type {(number | string)[]} */ (index)) });
}

/**
 * The operands of an operation as they are displayed: where samples are columns, x · W becomes W · x.
 *
 * @param {Operation} operation
 * @returns {[Expression, Expression]}
 */
export function factors([, symbol, left, right]) {
  const swap = preferences.columns && symbol === "*" && isMatrixProduct(left, right);
  return swap ? [right, left] : [left, right];
}

/**
 * @param {Expression} left
 * @param {Expression} right
 */
function isMatrixProduct(left, right) {
  const [first, second] = [left, right].map((node) => (node[0] === "entry" ? node[2] : []));
  if (first.length !== 2 || second.length !== 2) return false;
  const letters = second.map((place) => bare(place)?.[0]);
  return first.filter((place) => letters.includes(bare(place)?.[0])).length === 1;
}

/**
 * The arrays of an expression in the order in which they are displayed.
 *
 * @param {Expression} node
 * @returns {string[]}
 */
export function readingOrder(node) {
  const own = node[0] === "entry" ? [node[1]] : [];
  const inner = node[0] === "operation" ? factors(node) : children(node);
  return [...new Set([...own, ...inner.flatMap(readingOrder)])];
}
