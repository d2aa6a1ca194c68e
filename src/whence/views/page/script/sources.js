import { children } from "./evaluate.js";

/** The entries from which a formula makes one cell, each once: offsets by array, in the order of reading. */
export function sourcesOf(formula, read, index) {
  const found = new Map();
  formula.bind(read, index);
  visit(formula.expression);
  return found;

  function visit(node) {
    if (node[0] === "reduction") {
      formula.each(node[2], () => visit(node[3]));
      return;
    }
    children(node).forEach(visit);
    if (node[0] !== "entry") return;
    const offset = formula.offset(node)();
    if (offset < 0) return;
    if (!found.has(node[1])) found.set(node[1], new Set());
    found.get(node[1]).add(offset);
  }
}

/** One source in each array, the most telling: those of the largest term, wherever the formula sums. */
export function tellingSources(formula, read, index) {
  const found = new Map();
  formula.bind(read, index);
  visit(formula.expression);
  return found;

  function visit(node) {
    if (node[0] === "reduction") {
      formula.at[formula.slot(node[2])] = largestTerm(node);
      visit(node[3]);
      return;
    }
    children(node).forEach(visit);
    const offset = node[0] === "entry" ? formula.offset(node)() : -1;
    if (offset >= 0 && !found.has(node[1])) found.set(node[1], offset);
  }

  function largestTerm([, , index, body]) {
    const term = formula.compile(body);
    let [best, largest] = [0, -1];
    formula.each(index, (value) => {
      const size = Math.abs(term());
      if (size > largest) [best, largest] = [value, size];
    });
    return best;
  }
}
