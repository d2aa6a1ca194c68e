import { element } from "./dom.js";
import { children } from "./expressions.js";
import { displayedName, fragment, indexOf } from "./cells.js";
import { told } from "./names.js";
import { constant, counted, written } from "./numbers.js";
import {
  ABBREVIATED,
  ADD,
  ATOM,
  MULTIPLY,
  NEGATE,
  PRECEDENCE,
  SIGNED,
  SIGNS,
  SUM,
  factors,
  isComparison,
} from "./symbols.js";
import { eachTerm, sizeIn, vanishes } from "./sources.js";
import { redraw, state } from "./state.js";
import { text } from "./texts.js";

/** How many terms of a sum are written: of a single sum, of each of several, and where all are asked for. */
const MOST_TERMS = { one: 8, several: 3 };
const SHOWN_TERMS = { one: 6, several: 2 };
const MOST_EXPANDED = 2000;

/** The right-hand side of a formula with the numbers of one cell, each a link to the cell that it is. */
export function arithmetic(trace, formula, index) {
  formula.bind(trace.read, index);
  return new Arithmetic(trace, formula).write(formula.expression)[0];
}

class Arithmetic {
  constructor(trace, formula) {
    this.trace = trace;
    this.formula = formula;
    this.sums = outermostReductions(formula.expression) > 2 ? "several" : "one";
  }

  /** A node as a list of texts and elements, and how tightly it holds together. */
  write(node) {
    switch (node[0]) {
      case "number":
      case "constant":
        return [[constant(this.value(node))], this.value(node) < 0 ? SIGNED : ATOM];
      case "size":
      case "position":
        return this.number(this.value(node));
      case "entry":
        return this.entry(node);
      case "operation":
        return this.operation(node);
      case "call":
        return this.call(node);
      case "reduction":
        return this.reduction(node);
    }
    throw new Error(`${node[0]} is not an expression`);
  }

  value(node) {
    return this.formula.compile(node)();
  }

  bracketed(node, least) {
    const [parts, precedence] = this.write(node);
    return precedence >= least ? parts : ["(", ...parts, ")"];
  }

  number(value) {
    return [[written(value)], value < 0 ? SIGNED : ATOM];
  }

  entry(node) {
    const offset = this.formula.offset(node)();
    const value = this.value(node);
    if (offset < 0) return this.number(value);
    const array = this.trace.arrays.get(node[1]);
    const cell = { trace: this.trace.number, array: node[1], index: indexOf(array, offset) };
    const name = displayedName(cell);
    const changed = array.changed?.[offset] ? "changed" : null;
    const said = told(array, value);
    const title = said === written(value) ? name : `${name} = ${said}`;
    const link = element(
      "a",
      { href: fragment(cell), title, "aria-label": `${name} = ${said}`, class: changed },
      written(value),
    );
    return [[link], value < 0 ? SIGNED : ATOM];
  }

  operation(node) {
    const [, symbol] = node;
    const [left, right] = factors(node);
    if (isComparison(symbol)) {
      return [["[", ...this.write(left)[0], ` ${SIGNS[symbol]} `, ...this.write(right)[0], "]"], ATOM];
    }
    const precedence = PRECEDENCE[symbol];
    if (symbol === "^") {
      return [[...this.bracketed(left, ATOM), element("sup", {}, ...this.write(right)[0])], precedence];
    }
    const first = this.bracketed(left, precedence);
    const second = this.bracketed(right, precedence + (symbol === "-" || symbol === "/" ? 1 : 0));
    return [[...first, ` ${SIGNS[symbol]} `, ...second], precedence];
  }

  call([, name, operands]) {
    if (name === "neg") return [["−", ...this.bracketed(operands[0], NEGATE)], NEGATE];
    const inner = operands.map((operand) => this.write(operand)[0]);
    if (name === "sqrt") return [["√(", ...inner[0], ")"], ATOM];
    if (name === "abs") return [["|", ...inner[0], "|"], ATOM];
    if (name === "max0" || name === "min0") inner.unshift(["0"]);
    const listed = inner.flatMap((part, position) => (position ? ["; ", ...part] : part));
    return [[ABBREVIATED[name] ?? name, "(", ...listed, ")"], ATOM];
  }

  /**
   * Term by term; of many terms only the largest, and how many the others are and what they come to. Where all of many
   * are asked for, the largest come first, and zeros are counted.
   */
  reduction(node) {
    const sums = node[1] === "Sum";
    const terms = [];
    eachTerm(this.formula, node, (body, value) => {
      if (sums && vanishes(this.formula, body)) return;
      terms.push({ body, value, size: sizeIn(node, value), at: [...this.formula.at] });
    });
    const many = terms.length > MOST_TERMS[this.sums];
    const zeros = new Set(many && sums && state.expanded ? terms.filter(({ value }) => value === 0) : []);
    const ordered = many && state.expanded ? bySize(terms) : terms;
    const count = state.expanded ? MOST_EXPANDED : SHOWN_TERMS[this.sums];
    const chosen = new Set(many ? bySize(terms).slice(0, count) : terms);
    for (const term of zeros) chosen.delete(term);
    const least = sums ? SUM : SIGNED;
    const joint = sums ? " + " : "; ";
    const parts = [];
    const before = [...this.formula.at];
    for (const term of ordered.filter((candidate) => chosen.has(candidate))) {
      Object.assign(this.formula.at, term.at);
      if (parts.length) parts.push(joint);
      parts.push(element("span", { class: "term" }, ...this.bracketed(term.body, least)));
    }
    Object.assign(this.formula.at, before);
    const hidden = terms.filter((term) => !chosen.has(term) && !zeros.has(term));
    if (hidden.length) parts.push(joint, rest(hidden, sums));
    if (zeros.size) parts.push(parts.length ? joint : "", text("arithmetic.zeros", { count: counted(zeros.size) }));
    if (!sums) return [["max(", ...parts, ")"], ATOM];
    if (!terms.length) return this.number(0);
    return [parts, terms.length > 1 ? ADD : MULTIPLY];
  }
}

function outermostReductions(node) {
  if (node[0] === "reduction") return 1;
  return children(node).reduce((count, child) => count + outermostReductions(child), 0);
}

function bySize(terms) {
  return [...terms].sort((one, other) => other.size - one.size || 0);
}

function rest(hidden, sums) {
  const total = sums ? hidden.reduce((sum, { value }) => sum + value, 0) : null;
  const key = sums ? "arithmetic.rest" : "arithmetic.others";
  const label = text(key, { count: counted(hidden.length), total: sums ? written(total) : "" });
  const expand = () => {
    state.expanded = true;
    redraw();
  };
  return element("button", { type: "button", class: "rest", onclick: expand, title: text("arithmetic.expand") }, label);
}
