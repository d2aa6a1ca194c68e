import { bare, children, entries, key, nodes } from "./expressions.js";
import { decisive, isProduct, vanishes } from "./sources.js";

/**
 * @import { Formula, Read } from "./evaluation.js"
 * @import { Expression, Index, Subscript } from "./expressions.js"
 */

/**
 * Cells of an array: a place on each axis, or `null` for any.
 *
 * @typedef {(number | null)[]} Pattern
 * @typedef {Map<string, number>} Depths How many reductions over each index, by its key, something stands in.
 * @typedef {{ node: Expression, depths: Depths }} Surrounding A product, or a condition, around an occurrence.
 * @typedef {{ subscripts: Subscript[], products: Surrounding[], where: Surrounding[], depths: Depths }} Occurrence
 * @typedef {{ name: string, slot: number, extent: number }} Unknown
 * @typedef {{ holds: () => boolean, needs: Unknown[] }} Condition
 */

const MOST_TRIES = 200_000;

/**
 * The cells that have one entry of an array among their sources.
 *
 * Each place where the array stands on the right-hand side is solved for the indices in its subscripts. An index that
 * stands alone is known at once; the others are tried out, and dropped as soon as a subscript contradicts, a product
 * around the place vanishes or a condition around it does not hold.
 *
 * @param {Formula} formula
 * @param {Read} read
 * @param {string} array
 * @param {number[]} index
 */
export function usesIn(formula, read, array, index) {
  /** @type {Map<string, Pattern>} */
  const patterns = new Map();
  formula.read(read);
  const all = entries(formula.expression).flatMap(([, , subscripts]) => subscripts.flatMap(indicesIn));
  for (const variable of all) formula.at[formula.slot(variable)] = 0;
  for (const occurrence of occurrences(formula.expression, array)) {
    for (const solution of solve(formula, occurrence, index)) {
      const pattern = formula.indices.map((variable) => solution.get(key(variable)) ?? null);
      patterns.set(pattern.join(), pattern);
    }
  }
  return uncovered(patterns);
}

/**
 * Patterns, by what they read when joined, without those that a wider one contains.
 *
 * @param {Map<string, Pattern>} patterns
 */
function uncovered(patterns) {
  const found = [...patterns.values()];
  const masks = [...new Map(found.map((pattern) => [pattern.map((place) => place === null).join(), pattern])).values()];
  return found.filter((pattern) =>
    masks.every((mask) => {
      const wider = pattern.map((place, axis) => (mask[axis] === null ? null : place)).join();
      return wider === pattern.join() || !patterns.has(wider);
    }),
  );
}

/**
 * The places where an array stands in an expression, each with the products and the conditions around it.
 *
 * A reduction may run over an index that already has a value around it. So with every place goes how many reductions
 * over each index it stands in, which tells the indices of one name apart.
 *
 * @param {Expression} node
 * @param {string} array
 * @param {Surrounding[]} products
 * @param {Surrounding[]} where
 * @param {Depths} depths
 * @returns {Generator<Occurrence>}
 */
function* occurrences(node, array, products = [], where = [], depths = new Map()) {
  if (node[0] === "reduction") {
    depths = new Map(depths);
    for (const index of node[2]) depths.set(key(index), (depths.get(key(index)) ?? 0) + 1);
    where = [...where, ...node[4].map((condition) => ({ node: condition, depths }))];
  }
  if (isProduct(node)) products = [...products, { node, depths }];
  if (node[0] === "entry" && node[1] === array) yield { subscripts: node[2], products, where, depths };
  for (const child of children(node)) yield* occurrences(child, array, products, where, depths);
}

/**
 * The values, by name, that indices have where a place is the entry at `index` and is a source.
 *
 * @param {Formula} formula
 * @param {Occurrence} occurrence
 * @param {number[]} index
 */
function solve(formula, { subscripts, products, where, depths }, index) {
  /** @type {Map<string, number>} */
  const known = new Map();
  /** @type {Condition[]} */
  const conditions = [];
  /** @type {(indices: Index[], within: Depths) => Unknown[]} */
  const unknowns = (indices, within) =>
    indices.map((variable) => ({
      name: nameOf(variable, within),
      slot: formula.slot(variable),
      extent: formula.extent(variable),
    }));
  for (const [axis, subscript] of subscripts.entries()) {
    const variable = bare(subscript);
    const name = variable && nameOf(variable, depths);
    if (variable && name !== null && !known.has(name)) {
      if (index[axis] >= formula.extent(variable)) return [];
      known.set(name, index[axis]);
    } else {
      const place = formula.subscript(subscript);
      conditions.push({ holds: () => place() === index[axis], needs: unknowns(indicesIn(subscript), depths) });
    }
  }
  for (const { node, depths: within } of products) {
    const needs = unknowns(indicesToVanish(formula, node), within);
    conditions.push({ holds: () => !vanishes(formula, node), needs });
  }
  for (const { node, depths: within } of where) {
    const holds = formula.compile(node);
    conditions.push({ holds: () => holds() !== 0, needs: unknowns(indicesOf(node), within) });
  }
  let tries = 0;
  /** @type {Map<string, number>[]} */
  const solutions = [];
  extend(0);
  return solutions;

  /** @param {number} position */
  function extend(position) {
    if (position === conditions.length) {
      solutions.push(new Map(known));
      return;
    }
    const { holds, needs } = conditions[position];
    const open = needs.find(({ name }) => !known.has(name));
    if (open) {
      for (let value = 0; value < open.extent && tries++ < MOST_TRIES; value++) {
        known.set(open.name, value);
        extend(position);
      }
      known.delete(open.name);
    } else {
      for (const { name, slot } of needs) formula.at[slot] = known.get(name) ?? 0;
      if (holds()) extend(position + 1);
    }
  }
}

/**
 * An index of the target goes by its key, one that a reduction sets anew by another name.
 *
 * @param {Index} variable
 * @param {Depths} depths
 */
function nameOf(variable, depths) {
  return key(variable) + "'".repeat(depths.get(key(variable)) ?? 0);
}

/**
 * The indices that decide whether a node vanishes: those that may lead out of an array.
 *
 * @param {Formula} formula
 * @param {Expression} node
 */
function indicesToVanish(formula, node) {
  return decisive(node).flatMap(([, name, subscripts]) => {
    const shape = formula.shapes(name);
    return subscripts.filter((subscript, axis) => !formula.staysOn(subscript, shape[axis])).flatMap(indicesIn);
  });
}

/**
 * The indices on which an expression depends.
 *
 * @param {Expression} expression
 */
function indicesOf(expression) {
  return nodes(expression).flatMap((node) => {
    if (node[0] === "position") return indicesIn(node[1]);
    return node[0] === "entry" ? node[2].flatMap(indicesIn) : [];
  });
}

/**
 * @param {Subscript} subscript
 * @returns {Index[]}
 */
function indicesIn(subscript) {
  if (subscript[0] === "place") return subscript[1].map(([index]) => index);
  if (subscript[0] === "digit") return indicesIn(subscript[1]);
  return subscript[2].flatMap(indicesIn);
}
