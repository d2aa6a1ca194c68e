import { children } from "./expressions.js";

/**
 * @import { Formula, Read } from "./evaluation.js"
 * @import { Entry, Expression, Operation, Reduction } from "./expressions.js"
 */

/**
 * The entries from which a formula makes one cell, each once: offsets by array, in the order of reading.
 *
 * @param {Formula} formula
 * @param {Read} read
 * @param {number[]} index
 */
export function sourcesOf(formula, read, index) {
  /** @type {Map<string, Set<number>>} */
  const found = new Map();
  formula.bind(read, index);
  visit(formula.expression);
  return found;

  /** @param {Expression} node */
  function visit(node) {
    if (node[0] === "reduction") {
      formula.eachTerm(node, () => children(node).forEach(visit));
      return;
    }
    if (isProduct(node) && vanishes(formula, node)) return;
    children(node).forEach(visit);
    if (node[0] !== "entry") return;
    const offset = formula.offset(node)();
    if (offset < 0) return;
    const offsets = found.get(node[1]) ?? new Set();
    found.set(node[1], offsets.add(offset));
  }
}

/**
 * One source in each array, the most telling: those of the largest term, wherever the formula sums.
 *
 * @param {Formula} formula
 * @param {Read} read
 * @param {number[]} index
 */
export function tellingSources(formula, read, index) {
  /** @type {Map<string, number>} */
  const found = new Map();
  formula.bind(read, index);
  visit(formula.expression);
  return found;

  /** @param {Expression} node */
  function visit(node) {
    if (node[0] === "reduction") {
      const before = [...formula.at];
      const largest = largestTerm(node);
      if (!largest) return;
      Object.assign(formula.at, largest.at);
      children(node).forEach(visit);
      Object.assign(formula.at, before);
      return;
    }
    if (isProduct(node) && vanishes(formula, node)) return;
    children(node).forEach(visit);
    const offset = node[0] === "entry" ? formula.offset(node)() : -1;
    if (node[0] === "entry" && offset >= 0 && !found.has(node[1])) found.set(node[1], offset);
  }

  /**
   * The largest of the terms that do not vanish, and what the indices are in it.
   *
   * @param {Reduction} reduction
   */
  function largestTerm(reduction) {
    /** @type {{ size: number, at: number[] }[]} */
    const largest = [];
    eachTerm(formula, reduction, (value) => {
      const size = sizeIn(reduction, value);
      if ((largest.length && size <= largest[0].size) || vanishes(formula, reduction[3])) return;
      largest[0] = { size, at: [...formula.at] };
    });
    return largest.at(0);
  }
}

/**
 * Visits the values of the terms of a reduction.
 *
 * @param {Formula} formula
 * @param {Reduction} reduction
 * @param {(value: number) => void} visit
 */
export function eachTerm(formula, reduction, visit) {
  const value = formula.compile(reduction[3]);
  formula.eachTerm(reduction, () => visit(value()));
}

/**
 * How much a term counts in a reduction: in a sum whatever its sign; what is no number decides everything.
 *
 * @param {Reduction} reduction
 * @param {number} value
 */
export function sizeIn([, kind], value) {
  if (Number.isNaN(value)) return Infinity;
  return kind === "Sum" ? Math.abs(value) : value;
}

/**
 * @param {Expression} node
 * @returns {node is Operation}
 */
export function isProduct(node) {
  return node[0] === "operation" && node[1] === "*";
}

/**
 * Whether a node is zero whatever the numbers are, for it is made of entries outside their arrays.
 *
 * @param {Formula} formula
 * @param {Expression} node
 * @returns {boolean}
 */
export function vanishes(formula, node) {
  if (node[0] === "entry") return formula.offset(node)() < 0;
  if (node[0] === "call") return node[1] === "neg" && vanishes(formula, node[2][0]);
  if (node[0] !== "operation") return false;
  const [, symbol, left, right] = node;
  if (symbol === "*") return vanishes(formula, left) || vanishes(formula, right);
  if (symbol === "/") return vanishes(formula, left);
  return (symbol === "+" || symbol === "-") && vanishes(formula, left) && vanishes(formula, right);
}

/**
 * The entries whose places decide whether a node vanishes.
 *
 * @param {Expression} node
 * @returns {Entry[]}
 */
export function decisive(node) {
  if (node[0] === "entry") return [node];
  if (node[0] === "call" && node[1] === "neg") return decisive(node[2][0]);
  if (node[0] !== "operation" || !"+-*/".includes(node[1])) return [];
  return [...decisive(node[2]), ...(node[1] === "/" ? [] : decisive(node[3]))];
}
