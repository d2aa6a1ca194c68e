import { indexOf } from "../../core/arrays.js";
import { fragment } from "../../state/cells.js";
import { children, unknownKind } from "../../core/expressions.js";
import { eachTerm, sizeIn, vanishes } from "../../core/sources.js";
import { arrayIn } from "../../core/traces.js";
import { change, state } from "../../state/state.js";
import { element } from "../dom.js";
import {
  ABBREVIATED,
  ADD,
  ATOM,
  MULTIPLY,
  NEGATE,
  PRECEDENCE,
  REDUCTIONS,
  SIGNED,
  SIGNS,
  SUM,
  displayedName,
  factors,
  isComparison,
} from "../formula/notation.js";
import { constantText, numberText } from "../number_format.js";
import { text } from "../texts.js";
import { valueText } from "../value_text.js";

/**
 * @import { Formula } from "../../core/evaluation.js"
 * @import { Call, Entry, Expression, Operation, Reduction } from "../../core/expressions.js"
 * @import { Trace } from "../../core/types.js"
 * @import { Child } from "../dom.js"
 */

/**
 * @typedef {[parts: Child[], precedence: number]} Written An expression, and how tightly it holds together.
 * @typedef {{ value: number, size: number, at: number[] }} Term
 */

/** How many terms of a sum are written: of a single sum, of each of several, and where all are asked for. */
const MOST_TERMS = { one: 8, several: 3 };
const SHOWN_TERMS = { one: 6, several: 2 };
const MOST_EXPANDED = 2000;

/**
 * The right-hand side of a formula with the numbers of one cell, each a link to the cell that it is.
 *
 * @param {Trace} trace
 * @param {Formula} formula
 * @param {number[]} index
 */
export function arithmetic(trace, formula, index) {
  formula.bind(trace.read, index);
  return new Arithmetic(trace, formula).write(formula.expression)[0];
}

class Arithmetic {
  /**
   * @param {Trace} trace
   * @param {Formula} formula
   */
  constructor(trace, formula) {
    this.trace = trace;
    this.formula = formula;
    /** @type {"one" | "several"} */
    this.sums = outermostReductions(formula.expression) > 2 ? "several" : "one";
  }

  /**
   * @param {Expression} node
   * @returns {Written}
   */
  write(node) {
    switch (node[0]) {
      case "number":
      case "constant":
        return [[constantText(this.value(node))], this.value(node) < 0 ? SIGNED : ATOM];
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
    throw unknownKind(node);
  }

  /** @param {Expression} node */
  value(node) {
    return this.formula.compile(node)();
  }

  /**
   * @param {Expression} node
   * @param {number} least
   */
  bracketed(node, least) {
    const [parts, precedence] = this.write(node);
    return precedence >= least ? parts : ["(", ...parts, ")"];
  }

  /**
   * @param {number} value
   * @returns {Written}
   */
  number(value) {
    return [[numberText(value)], value < 0 ? SIGNED : ATOM];
  }

  /**
   * @param {Entry} node
   * @returns {Written}
   */
  entry(node) {
    const offset = this.formula.offset(node)();
    const value = this.value(node);
    if (offset < 0) return this.number(value);
    const array = arrayIn(this.trace.arrays, node[1]);
    const cell = { trace: this.trace.number, array: node[1], index: indexOf(array, offset) };
    const name = displayedName(cell);
    const said = valueText(array, value);
    const link = element(
      "a",
      {
        href: fragment(cell),
        title: said === numberText(value) ? name : `${name} = ${said}`,
        "aria-label": `${name} = ${said}`,
        class: array.changed?.[offset] ? "changed" : null,
      },
      numberText(value),
    );
    return [[link], value < 0 ? SIGNED : ATOM];
  }

  /**
   * @param {Operation} node
   * @returns {Written}
   */
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

  /**
   * @param {Call} node
   * @returns {Written}
   */
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
   *
   * @param {Reduction} node
   * @returns {Written}
   */
  reduction(node) {
    const sums = node[1] === "Sum";
    const terms = this.terms(node);
    const many = terms.length > MOST_TERMS[this.sums];
    const zeros = new Set(many && sums && state.expanded ? terms.filter(({ value }) => value === 0) : []);
    const ordered = many && state.expanded ? bySize(terms) : terms;
    const count = state.expanded ? MOST_EXPANDED : SHOWN_TERMS[this.sums];
    const chosen = new Set(many ? bySize(terms).slice(0, count) : terms);
    for (const term of zeros) chosen.delete(term);
    const joint = sums ? " + " : "; ";
    /** @type {Child[]} */
    const parts = [];
    const before = [...this.formula.at];
    for (const term of ordered.filter((candidate) => chosen.has(candidate))) {
      Object.assign(this.formula.at, term.at);
      if (parts.length) parts.push(joint);
      parts.push(element("span", { class: "term" }, ...this.bracketed(node[3], sums ? SUM : SIGNED)));
    }
    Object.assign(this.formula.at, before);
    const hidden = terms.filter((term) => !chosen.has(term) && !zeros.has(term));
    if (hidden.length) parts.push(joint, rest(hidden, sums));
    if (zeros.size) parts.push(parts.length ? joint : "", text("arithmetic.zeros", { count: zeros.size }));
    if (!sums) return [[`${REDUCTIONS[node[1]]}(`, ...parts, ")"], ATOM];
    if (!terms.length) return this.number(0);
    return [parts, terms.length > 1 ? ADD : MULTIPLY];
  }

  /**
   * The terms of a reduction; of a sum only those that have a place in their arrays.
   *
   * @param {Reduction} node
   */
  terms(node) {
    /** @type {Term[]} */
    const terms = [];
    eachTerm(this.formula, node, (value) => {
      if (node[1] === "Sum" && vanishes(this.formula, node[3])) return;
      terms.push({ value, size: sizeIn(node, value), at: [...this.formula.at] });
    });
    return terms;
  }
}

/**
 * @param {Expression} node
 * @returns {number}
 */
function outermostReductions(node) {
  if (node[0] === "reduction") return 1;
  return children(node).reduce((count, child) => count + outermostReductions(child), 0);
}

/** @param {Term[]} terms */
function bySize(terms) {
  return [...terms].sort((one, other) => other.size - one.size || 0);
}

/**
 * @param {Term[]} hidden
 * @param {boolean} sums
 */
function rest(hidden, sums) {
  const total = sums ? numberText(hidden.reduce((sum, { value }) => sum + value, 0)) : "";
  const label = text(sums ? "arithmetic.rest" : "arithmetic.others", { count: hidden.length, total });
  const expand = () => change({ expanded: true });
  return element("button", { type: "button", class: "rest", onclick: expand, title: text("arithmetic.expand") }, label);
}
