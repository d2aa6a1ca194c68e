import { children } from "./expressions.js";

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
    if (isProduct(node) && vanishes(formula, node)) return;
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
    if (isProduct(node) && vanishes(formula, node)) return;
    children(node).forEach(visit);
    const offset = node[0] === "entry" ? formula.offset(node)() : -1;
    if (offset >= 0 && !found.has(node[1])) found.set(node[1], offset);
  }

  function largestTerm([, kind, index, body]) {
    const term = formula.compile(body);
    let [best, largest] = [0, -Infinity];
    formula.each(index, (value) => {
      const size = vanishes(formula, body) ? -Infinity : kind === "Sum" ? Math.abs(term()) : term();
      if (size > largest) [best, largest] = [value, size];
    });
    return best;
  }
}

function isProduct([kind, symbol]) {
  return kind === "operation" && symbol === "*";
}

/** Whether a node is zero whatever the numbers are, for it is made of entries outside their arrays. */
export function vanishes(formula, node) {
  if (node[0] === "entry") return formula.offset(node)() < 0;
  if (node[0] === "call") return node[1] === "neg" && vanishes(formula, node[2][0]);
  if (node[0] !== "operation") return false;
  const [, symbol, left, right] = node;
  if (symbol === "*") return vanishes(formula, left) || vanishes(formula, right);
  if (symbol === "/") return vanishes(formula, left);
  return (symbol === "+" || symbol === "-") && vanishes(formula, left) && vanishes(formula, right);
}
