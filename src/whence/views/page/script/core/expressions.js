/**
 * @file Formulas as `whence.formula.json` writes them: a node is a list that opens with its kind.
 *
 * A new kind of node belongs into the types, `children` and `dependsOn` here, and into what does something else with
 * each kind: evaluation, sources, MathML and arithmetic.
 */

/**
 * An index by its name, with an extent of its own or with that of the axes on which it stands.
 *
 * @typedef {[name: string, extent: number | null]} Index
 * @typedef {["place", terms: [index: Index, coefficient: number][], constant: number, divisor: number]} Place
 * @typedef {["digit", place: Place, divisor: number, base: number | null]} Digit
 * @typedef {["entry", array: string, subscripts: Subscript[]]} Entry
 * @typedef {Place | Digit | Entry} Subscript
 */

/**
 * @typedef {["number", value: number]} Constant
 * @typedef {["constant", name: string, value: number]} NamedConstant
 * @typedef {["size", index: Index]} Size
 * @typedef {["position", place: Place]} Position
 * @typedef {["operation", symbol: string, left: Expression, right: Expression]} Operation
 * @typedef {["call", name: string, operands: Expression[]]} Call
 * @typedef {"Sum" | "Max" | "ArgMax"} ReductionKind
 * @typedef {["reduction", kind: ReductionKind, indices: Index[], body: Expression, where: Expression[]]} Reduction
 * @typedef {Constant | NamedConstant | Size | Position | Entry | Operation | Call | Reduction} Expression
 * @typedef {{ target: Entry, expression: Expression }} JsonFormula
 */

/**
 * Two indices are one if both their names and their own extents agree.
 *
 * @param {Index} index
 */
export function key([name, extent]) {
  return extent === null ? name : `${name}:${extent}`;
}

/**
 * The index that a subscript is, if it is no more than an index.
 *
 * @param {Subscript} subscript
 * @returns {Index | null}
 */
export function bare(subscript) {
  if (subscript[0] !== "place") return null;
  const [, terms, constant, divisor] = subscript;
  return terms.length === 1 && terms[0][1] === 1 && constant === 0 && divisor === 1 ? terms[0][0] : null;
}

/**
 * @param {Expression} node
 * @returns {Expression[]}
 */
export function children(node) {
  switch (node[0]) {
    case "entry":
      return node[2].filter((subscript) => subscript[0] === "entry");
    case "operation":
      return [node[2], node[3]];
    case "call":
      return node[2];
    case "reduction":
      return [node[3], ...node[4]];
  }
  return [];
}

/**
 * What a reduction takes for each value of its first index: itself over the others, or its body.
 *
 * @param {Reduction} reduction
 * @returns {Expression}
 */
export function withinFirst([, kind, [, ...others], body, where]) {
  return others.length ? ["reduction", kind, others, body, where] : body;
}

/**
 * The error where a kind of node has been forgotten; the type checker says so before it can come.
 *
 * @param {never} node
 */
export function unknownKind(node) {
  return new TypeError(`${JSON.stringify(node)} is not an expression`);
}

/**
 * A node and all nodes inside it, parents first.
 *
 * @param {Expression} node
 * @returns {Expression[]}
 */
export function nodes(node) {
  return [node, ...children(node).flatMap(nodes)];
}

/** @param {Expression} expression */
export function entries(expression) {
  return nodes(expression).filter((node) => node[0] === "entry");
}

/**
 * Whether a node, or a subscript, has another value when an index has, which is not free in a reduction over it.
 *
 * @param {Expression | Subscript} node
 * @param {Index} index
 * @returns {boolean}
 */
export function dependsOn(node, index) {
  switch (node[0]) {
    case "place":
      return node[1].some(([other]) => key(other) === key(index));
    case "digit":
    case "position":
      return dependsOn(node[1], index);
    case "entry":
      return node[2].some((subscript) => dependsOn(subscript, index));
    case "reduction":
      if (node[2].some((own) => key(own) === key(index))) return false;
  }
  return children(node).some((child) => dependsOn(child, index));
}

/**
 * How many values each index takes, by its key: its own extent, or the length of the axes on which it stands alone.
 *
 * @param {Expression[]} all
 * @param {(array: string) => number[]} shapes
 * @returns {Map<string, number>}
 */
export function findExtents(all, shapes) {
  const extents = new Map();
  /** @type {(index: Index, length?: number) => void} */
  const note = (index, length) => {
    const extent = index[1] ?? length;
    if (extent !== undefined) extents.set(key(index), extent);
  };
  for (const node of all) {
    if (node[0] === "reduction") node[2].forEach((index) => note(index));
    else if (node[0] === "size") note(node[1]);
    else if (node[0] === "entry") {
      node[2].forEach((subscript, axis) => {
        const index = bare(subscript);
        if (index) note(index, shapes(node[1])[axis]);
      });
    }
  }
  return extents;
}
