import { bare, entries, key } from "./expressions.js";

const MOST_TRIES = 200_000;

/**
 * The cells for which a formula reads one entry of an array: patterns over the target's axes, `null` for "any".
 *
 * Each place where the array stands on the right-hand side is solved for the indices in its subscripts. An index that
 * stands alone is known at once; the others are tried out, and dropped as soon as a subscript contradicts.
 */
export function usesIn(formula, read, array, index) {
  const patterns = new Map();
  formula.read(read);
  for (const entry of entries(formula.expression).filter((node) => node[1] === array)) {
    for (const solution of solve(formula, entry[2], index)) {
      const pattern = formula.indices.map((variable) => solution.get(key(variable)) ?? null);
      patterns.set(pattern.join(), pattern);
    }
  }
  const found = [...patterns.values()];
  return found.filter((pattern) => !found.some((other) => other !== pattern && covers(other, pattern)));
}

function covers(wide, narrow) {
  return wide.every((place, axis) => place === null || place === narrow[axis]);
}

function solve(formula, subscripts, index) {
  const known = new Map();
  const conditions = [];
  for (const [axis, subscript] of subscripts.entries()) {
    const variable = bare(subscript);
    if (variable && !known.has(key(variable))) {
      known.set(key(variable), index[axis]);
      formula.at[formula.slot(variable)] = index[axis];
    } else {
      conditions.push({ place: formula.subscript(subscript), value: index[axis], needs: indicesIn(subscript) });
    }
  }
  let tries = 0;
  const solutions = [];
  extend();
  return solutions;

  function extend() {
    const pending = conditions.find((condition) => !condition.met);
    if (!pending) {
      solutions.push(new Map(known));
      return;
    }
    const open = pending.needs.find((variable) => !known.has(key(variable)));
    if (open) {
      formula.each(open, (value) => {
        if (tries++ > MOST_TRIES) return;
        known.set(key(open), value);
        extend();
      });
      known.delete(key(open));
    } else if (pending.place() === pending.value) {
      pending.met = true;
      extend();
      pending.met = false;
    }
  }
}

function indicesIn(subscript) {
  if (subscript[0] === "place") return subscript[1].map(([index]) => index);
  if (subscript[0] === "digit") return indicesIn(subscript[1]);
  return subscript[2].flatMap(indicesIn);
}
