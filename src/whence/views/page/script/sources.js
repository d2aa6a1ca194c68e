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
      const before = [...formula.at];
      const { term, at } = largestTerm(node);
      Object.assign(formula.at, at);
      if (term) visit(term);
      Object.assign(formula.at, before);
      return;
    }
    if (isProduct(node) && vanishes(formula, node)) return;
    children(node).forEach(visit);
    const offset = node[0] === "entry" ? formula.offset(node)() : -1;
    if (offset >= 0 && !found.has(node[1])) found.set(node[1], offset);
  }

  /** The largest of the terms that do not vanish, and what the indices are in it. */
  function largestTerm(reduction) {
    let largest = { term: null, size: -Infinity, at: [] };
    eachTerm(formula, reduction, (term, value) => {
      const size = sizeIn(reduction, value);
      if ((largest.term && size <= largest.size) || vanishes(formula, term)) return;
      largest = { term, size, at: [...formula.at] };
    });
    return largest;
  }
}

/** Visits the innermost terms, and their values, of reductions of one kind that stand directly inside each other. */
export function eachTerm(formula, [, kind, index, body], visit) {
  const isNested = body[0] === "reduction" && body[1] === kind;
  const value = isNested ? null : formula.compile(body);
  formula.each(index, () => (isNested ? eachTerm(formula, body, visit) : visit(body, value())));
}

/** How much a term counts in a reduction: in a sum whatever its sign; what is no number decides everything. */
export function sizeIn([, kind], value) {
  if (Number.isNaN(value)) return Infinity;
  return kind === "Sum" ? Math.abs(value) : value;
}

export function isProduct([kind, symbol]) {
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

/** The entries whose places decide whether a node vanishes. */
export function decisive(node) {
  if (node[0] === "entry") return [node];
  if (node[0] === "call" && node[1] === "neg") return decisive(node[2][0]);
  if (node[0] !== "operation" || !"+-*/".includes(node[1])) return [];
  return [...decisive(node[2]), ...(node[1] === "/" ? [] : decisive(node[3]))];
}
