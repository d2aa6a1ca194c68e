import { bare, children, entries, key } from "./expressions.js";
import { decisive, isProduct, vanishes } from "./sources.js";

const MOST_TRIES = 200_000;

/**
 * The cells that have one entry of an array among their sources: patterns over the target's axes, `null` for "any".
 *
 * Each place where the array stands on the right-hand side is solved for the indices in its subscripts. An index that
 * stands alone is known at once; the others are tried out, and dropped as soon as a subscript contradicts or a product
 * around the place vanishes.
 */
export function usesIn(formula, read, array, index) {
  const patterns = new Map();
  formula.read(read);
  const all = entries(formula.expression).flatMap(([, , subscripts]) => subscripts.flatMap(indicesIn));
  for (const variable of all) formula.at[formula.slot(variable)] = 0;
  for (const reading of readings(formula.expression, array)) {
    for (const solution of solve(formula, reading, index)) {
      const pattern = formula.indices.map((variable) => solution.get(key(variable)) ?? null);
      patterns.set(pattern.join(), pattern);
    }
  }
  return uncovered(patterns);
}

/** Patterns, by what they read when joined, without those that a wider one contains. */
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
 * The places where an array stands in an expression, each with the products around it.
 *
 * A reduction may run over an index that already has a value around it. So with every place goes how many reductions
 * over each index it stands in, which tells the indices of one name apart.
 */
function* readings(node, array, products = [], depths = new Map()) {
  if (node[0] === "reduction") depths = new Map(depths).set(key(node[2]), (depths.get(key(node[2])) ?? 0) + 1);
  if (isProduct(node)) products = [...products, { node, depths }];
  if (node[0] === "entry" && node[1] === array) yield { subscripts: node[2], products, depths };
  for (const child of children(node)) yield* readings(child, array, products, depths);
}

/** The values, by name, that indices have where a place is the entry at `index` and no product around it vanishes. */
function solve(formula, { subscripts, products, depths }, index) {
  const known = new Map();
  const conditions = [];
  for (const [axis, subscript] of subscripts.entries()) {
    const variable = bare(subscript);
    const name = variable && nameOf(variable, depths);
    if (variable && !known.has(name)) {
      if (index[axis] >= formula.extent(variable)) return [];
      known.set(name, index[axis]);
    } else {
      const place = formula.subscript(subscript);
      conditions.push({ holds: () => place() === index[axis], needs: indicesIn(subscript), depths });
    }
  }
  for (const { node, depths } of products) {
    conditions.push({ holds: () => !vanishes(formula, node), needs: indicesToVanish(formula, node), depths });
  }
  for (const condition of conditions) {
    condition.needs = condition.needs.map((variable) => ({
      name: nameOf(variable, condition.depths),
      slot: formula.slot(variable),
      extent: formula.extent(variable),
    }));
  }
  let tries = 0;
  const solutions = [];
  extend(0);
  return solutions;

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
      for (const { name, slot } of needs) formula.at[slot] = known.get(name);
      if (holds()) extend(position + 1);
    }
  }
}

/** An index of the target goes by its key, one that a reduction sets anew by another name. */
function nameOf(variable, depths) {
  return key(variable) + "'".repeat(depths.get(key(variable)) ?? 0);
}

/** The indices that decide whether a node vanishes: those that may lead out of an array. */
function indicesToVanish(formula, node) {
  return decisive(node).flatMap(([, name, subscripts]) => {
    const shape = formula.shapes(name);
    return subscripts.filter((subscript, axis) => !formula.staysOn(subscript, shape[axis])).flatMap(indicesIn);
  });
}

function indicesIn(subscript) {
  if (subscript[0] === "place") return subscript[1].map(([index]) => index);
  if (subscript[0] === "digit") return indicesIn(subscript[1]);
  return subscript[2].flatMap(indicesIn);
}
