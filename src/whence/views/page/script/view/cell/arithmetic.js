import { writeEquation } from "../../../../browser/script/digits.js";
import { element } from "../../../../browser/script/dom.js";
import { isNarrow } from "../../../../browser/script/screen.js";
import { text } from "../../../../browser/script/texts.js";
import { indexOf, strides } from "../../core/arrays.js";
import { fragment } from "../../state/cells.js";
import { children, unknownKind } from "../../core/expressions.js";
import { FUNCTIONS, OPERATIONS } from "../../core/functions.js";
import { eachTerm, sizeIn, vanishes } from "../../core/sources.js";
import { arrayIn } from "../../core/traces.js";
import { change, state } from "../../state/state.js";
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
import { digitsChosen, literalText, localised } from "../number_format.js";
import { valueText } from "../value_text.js";

/**
 * @import { Formula } from "../../core/evaluation.js"
 * @import { Call, Entry, Expression, Operation, Reduction } from "../../core/expressions.js"
 * @import { Trace } from "../../core/types.js"
 * @import { Child } from "../../../../browser/script/dom.js"
 */

/**
 * @typedef {[parts: Child[], precedence: number]} Written An expression, and how tightly it holds together.
 * @typedef {{ value: number, size: number, at: number[] }} Term
 */

/**
 * An expression in numbers, which get their digits when all are known.
 *
 * @typedef {object} InNumbers
 * @property {(numbers: number[]) => number} evaluate What it comes to, from the numbers as they are written.
 * @property {(texts: string[]) => Written} write
 */

/** How many terms of a sum are written: of a single sum, of each of several, and where all are asked for. */
const MOST_TERMS = { one: 8, several: 3 };
const SHOWN_TERMS = { one: 6, several: 2 };
const SHOWN_ON_NARROW_SCREENS = { one: 3, several: 1 };
const MOST_EXPANDED = 2000;

/**
 * The right-hand side of a formula with the numbers of one cell, each a link to the cell that it is, and the result.
 *
 * @param {Trace} trace
 * @param {Formula} formula
 * @param {number[]} index
 * @param {number} value
 */
export function arithmetic(trace, formula, index, value) {
  formula.bind(trace.read, index);
  const made = new Arithmetic(trace, formula);
  const { evaluate, write } = made.read(formula.expression);
  const { numbers, sign, result } = writeEquation(made.numbers, evaluate, value, digitsChosen());
  return { parts: write(numbers.map(localised))[0], sign, result: localised(result) };
}

class Arithmetic {
  /**
   * @param {Trace} trace
   * @param {Formula} formula
   */
  constructor(trace, formula) {
    this.trace = trace;
    this.formula = formula;
    /** @type {number[]} */
    this.numbers = [];
    /** @type {"one" | "several"} */
    this.sums = outermostReductions(formula.expression) > 2 ? "several" : "one";
  }

  /**
   * @param {Expression} node
   * @returns {InNumbers}
   */
  read(node) {
    switch (node[0]) {
      case "number":
        return literalNumber(node[1]);
      case "constant":
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
   * @param {number} value
   * @param {(written: string) => Child} draw
   * @returns {InNumbers}
   */
  number(value, draw = (written) => written) {
    const place = this.numbers.push(value) - 1;
    return {
      evaluate: (numbers) => numbers[place],
      write: (texts) => [[draw(texts[place])], holding(texts[place])],
    };
  }

  /**
   * @param {Entry} node
   * @returns {InNumbers}
   */
  entry(node) {
    const offset = this.formula.offset(node)();
    const value = this.value(node);
    if (offset < 0) return this.number(value);
    const array = arrayIn(this.trace.arrays, node[1]);
    const cell = { trace: this.trace.number, array: node[1], index: indexOf(array, offset) };
    const name = displayedName(cell);
    const said = valueText(array, value);
    const link = (/** @type {string} */ written) =>
      element(
        "a",
        {
          href: fragment(cell),
          title: said === written ? name : `${name} = ${said}`,
          "aria-label": `${name} = ${said}`,
          class: array.changed?.[offset] ? "changed" : null,
        },
        written,
      );
    return this.number(value, link);
  }

  /**
   * @param {Operation} node
   * @returns {InNumbers}
   */
  operation(node) {
    const [, symbol] = node;
    const swapped = factors(node)[0] !== node[2];
    const [left, right] = factors(node).map((operand) => this.read(operand));
    const operate = OPERATIONS[symbol];
    const [first, second] = swapped ? [right, left] : [left, right];
    return {
      evaluate: (numbers) => operate(first.evaluate(numbers), second.evaluate(numbers)),
      write: (texts) => {
        if (isComparison(symbol)) {
          return [["[", ...left.write(texts)[0], ` ${SIGNS[symbol]} `, ...right.write(texts)[0], "]"], ATOM];
        }
        const precedence = PRECEDENCE[symbol];
        if (symbol === "^") {
          return [[...inBrackets(left, texts, ATOM), element("sup", {}, ...right.write(texts)[0])], precedence];
        }
        const least = precedence + (symbol === "-" || symbol === "/" ? 1 : 0);
        const sign = ` ${SIGNS[symbol]} `;
        return [[...inBrackets(left, texts, precedence), sign, ...inBrackets(right, texts, least)], precedence];
      },
    };
  }

  /**
   * @param {Call} node
   * @returns {InNumbers}
   */
  call([, name, operands]) {
    const inner = operands.map((operand) => this.read(operand));
    const call = FUNCTIONS[name];
    return {
      evaluate: (numbers) => call(...inner.map((operand) => operand.evaluate(numbers))),
      write: (texts) => {
        if (name === "neg") return [["−", ...inBrackets(inner[0], texts, NEGATE)], NEGATE];
        const written = inner.map((operand) => operand.write(texts)[0]);
        if (name === "sqrt") return [["√(", ...written[0], ")"], ATOM];
        if (name === "abs") return [["|", ...written[0], "|"], ATOM];
        if (name === "max0" || name === "min0") written.unshift(["0"]);
        return [[ABBREVIATED[name] ?? name, "(", ...joinedBy(written, "; "), ")"], ATOM];
      },
    };
  }

  /**
   * Term by term; of many terms only the largest, and how many the others are and what they come to. Where all of many
   * are asked for, the largest come first, and zeros are counted.
   *
   * @param {Reduction} node
   * @returns {InNumbers}
   */
  reduction(node) {
    const sums = node[1] === "Sum";
    const terms = this.terms(node);
    const many = terms.length > MOST_TERMS[this.sums];
    const zeros = new Set(many && sums && state.expanded ? terms.filter(({ value }) => value === 0) : []);
    const ordered = many && state.expanded ? bySize(terms) : terms;
    const shown = isNarrow() ? SHOWN_ON_NARROW_SCREENS : SHOWN_TERMS;
    const count = state.expanded ? MOST_EXPANDED : shown[this.sums];
    const chosen = new Set(many ? bySize(terms).slice(0, count) : terms);
    for (const term of zeros) chosen.delete(term);
    const before = [...this.formula.at];
    const written = ordered.filter((candidate) => chosen.has(candidate));
    const parts = written.map((term) => {
      Object.assign(this.formula.at, term.at);
      return this.read(node[3]);
    });
    Object.assign(this.formula.at, before);
    const hidden = terms.filter((term) => !chosen.has(term) && !zeros.has(term));
    return sums ? this.sum(parts, hidden, zeros.size) : this.largest(node, parts, written, hidden.length);
  }

  /**
   * @param {InNumbers[]} parts
   * @param {Term[]} hidden
   * @param {number} zeros
   * @returns {InNumbers}
   */
  sum(parts, hidden, zeros) {
    const total = hidden.reduce((sum, { value }) => sum + value, 0);
    const rest = hidden.length ? [this.number(total, (written) => expander("rest", hidden.length, written))] : [];
    const all = [...parts, ...rest];
    return {
      evaluate: (numbers) => all.reduce((sum, part) => sum + part.evaluate(numbers), 0),
      write: (texts) => {
        const shown = [
          ...parts.map((part) => [element("span", { class: "term" }, ...inBrackets(part, texts, SUM))]),
          ...rest.map((part) => part.write(texts)[0]),
          ...(zeros ? [[text("arithmetic.zeros", { count: zeros })]] : []),
        ];
        if (!shown.length) return [["0"], ATOM];
        return [joinedBy(shown, " + "), shown.length > 1 ? ADD : MULTIPLY];
      },
    };
  }

  /**
   * @param {Reduction} node
   * @param {InNumbers[]} parts
   * @param {Term[]} terms
   * @param {number} hidden
   * @returns {InNumbers}
   */
  largest([, kind, indices], parts, terms, hidden) {
    const steps = strides(indices.map((index) => this.formula.extent(index)));
    const slots = indices.map((index) => this.formula.slot(index));
    const places = terms.map(({ at }) => slots.reduce((place, slot, axis) => place + at[slot] * steps[axis], 0));
    const mark = (/** @type {number} */ number) => (kind === "ArgMax" && hidden ? [`${places[number]}: `] : []);
    return {
      evaluate: (numbers) => {
        const values = parts.map((part) => part.evaluate(numbers));
        const largest = Math.max(...values);
        return kind === "Max" ? largest : places[values.indexOf(largest)];
      },
      write: (texts) => {
        const shown = parts.map((part, number) => [
          element("span", { class: "term" }, ...mark(number), ...inBrackets(part, texts, SIGNED)),
        ]);
        if (hidden) shown.push([expander("others", hidden)]);
        return [[`${REDUCTIONS[kind]}(`, ...joinedBy(shown, "; "), ")"], ATOM];
      },
    };
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
 * @param {number} value
 * @returns {InNumbers}
 */
function literalNumber(value) {
  const written = literalText(value);
  return { evaluate: () => value, write: () => [[written], holding(written)] };
}

/**
 * How tightly a written number holds together: a sign and a power of ten do not.
 *
 * @param {string} written
 */
function holding(written) {
  return written.startsWith("−") ? SIGNED : written.includes("e") ? MULTIPLY : ATOM;
}

/**
 * @param {InNumbers} part
 * @param {string[]} texts
 * @param {number} least
 */
function inBrackets(part, texts, least) {
  const [parts, precedence] = part.write(texts);
  return precedence >= least ? parts : ["(", ...parts, ")"];
}

/**
 * @param {Child[][]} parts
 * @param {string} joint
 */
function joinedBy(parts, joint) {
  return parts.flatMap((part, position) => (position ? [joint, ...part] : part));
}

/**
 * The terms that are not written, to be shown when asked for.
 *
 * @param {"rest" | "others"} kind
 * @param {number} count
 * @param {string | null} total
 */
function expander(kind, count, total = null) {
  const expand = () => change({ expanded: true });
  const attributes = { type: "button", class: "rest", onclick: expand, title: text("arithmetic.expand") };
  return element("button", attributes, text(`arithmetic.${kind}`, { count, total }));
}
