import { math } from "../../../../browser/script/dom.js";
import { bare, unknownKind } from "../../core/expressions.js";
import { literalText } from "../number_format.js";
import {
  ABBREVIATED,
  ADD,
  ATOM,
  MULTIPLY,
  NEGATE,
  POWER,
  PRECEDENCE,
  REDUCTIONS,
  SIGNS,
  SUM,
  displayed,
  factors,
  isComparison,
  nameParts,
} from "./notation.js";

/**
 * @import { Call, Digit, Entry, Expression, Index, JsonFormula, Operation, Place, Reduction } from "../../core/expressions.js"
 */

/** @typedef {[drawn: Element, precedence: number]} Drawn An expression, and how tightly it holds together. */

/**
 * A formula as MathML.
 *
 * @param {JsonFormula} formula
 */
export function formulaMath({ target, expression }) {
  const equation = row(draw(target)[0], operator("="), draw(expression)[0]);
  return math("math", { display: "block", class: "formula" }, equation);
}

/** @param {string} name */
export function nameMath(name) {
  return math("math", {}, symbol(name));
}

/**
 * @param {Expression} node
 * @returns {Drawn}
 */
function draw(node) {
  switch (node[0]) {
    case "number":
      return [number(node[1]), node[1] < 0 ? NEGATE : ATOM];
    case "constant":
      return [identifier(node[1]), ATOM];
    case "size":
      return [identifier(node[1][0].toUpperCase()), ATOM];
    case "position":
      return [place(node[1]), bare(node[1]) ? ATOM : ADD];
    case "entry":
      return [entry(node), ATOM];
    case "operation":
      return operation(node);
    case "call":
      return call(node);
    case "reduction":
      return reduction(node);
  }
  throw unknownKind(node);
}

/**
 * @param {Expression} node
 * @param {number} least
 */
function bracketed(node, least) {
  const [drawn, precedence] = draw(node);
  return precedence >= least ? drawn : round(drawn);
}

/**
 * @param {Operation} node
 * @returns {Drawn}
 */
function operation(node) {
  const [, sign] = node;
  const [left, right] = factors(node);
  if (isComparison(sign)) {
    return [row(fence("["), draw(left)[0], operator(SIGNS[sign]), draw(right)[0], fence("]")), ATOM];
  }
  if (sign === "/") return [math("mfrac", {}, draw(left)[0], draw(right)[0]), NEGATE];
  if (sign === "^") return [math("msup", {}, bracketed(left, ATOM), draw(right)[0]), POWER];
  const precedence = PRECEDENCE[sign];
  return [
    row(bracketed(left, precedence), operator(SIGNS[sign]), bracketed(right, precedence + (sign === "-" ? 1 : 0))),
    precedence,
  ];
}

/**
 * @param {Call} node
 * @returns {Drawn}
 */
function call([, name, operands]) {
  const inner = operands.map((operand) => draw(operand)[0]);
  if (name === "neg") return [row(operator("−", "prefix"), bracketed(operands[0], NEGATE)), NEGATE];
  if (name === "sqrt") return [math("msqrt", {}, inner[0]), ATOM];
  if (name === "abs") return [row(fence("|"), inner[0], fence("|")), ATOM];
  if (name === "exp") return [math("msup", {}, identifier("e"), inner[0]), POWER];
  if (name === "max0" || name === "min0") inner.unshift(number(0));
  return [row(identifier(ABBREVIATED[name] ?? name), round(...separated(inner))), ATOM];
}

/**
 * @param {Reduction} node
 * @returns {Drawn}
 */
function reduction([, kind, indices, body, where]) {
  const spaced = kind === "Sum" ? { largeop: "true" } : { lspace: "0", rspace: "0.17em" };
  /** @param {Element} below */
  const sign = (below) => math("munder", {}, math("mo", { movablelimits: "false", ...spaced }, REDUCTIONS[kind]), below);
  const letters = indices.map(([letter]) => identifier(letter));
  const inner = bracketed(body, body[0] === "reduction" ? SUM : MULTIPLY);
  if (where.length) return [row(sign(restricted(letters, indices, where)), inner), SUM];
  const signs = kind === "ArgMax" ? [sign(row(...separated(letters)))] : letters.map(sign);
  return [row(...signs, inner), SUM];
}

/**
 * What stands below the sign of a reduction with conditions: `u, v : 0 ≤ h + u − 1 < 5`, or `s ≤ t` where that says all.
 *
 * @param {Element[]} letters
 * @param {Index[]} indices
 * @param {Expression[]} where
 */
function restricted(letters, indices, where) {
  /** @type {Element[]} */
  const drawn = [];
  where.forEach((condition, position) => {
    const before = where[position - 1];
    if (condition[0] !== "operation" || !isComparison(condition[1])) drawn.push(draw(condition)[0]);
    else if (condition[1] === "<" && before?.[1] === "<=" && isAlike(before[3], condition[2])) {
      drawn.push(row(/** @type {Element} */ (drawn.pop()), operator("<"), draw(condition[3])[0]));
    } else drawn.push(row(draw(condition[2])[0], operator(SIGNS[condition[1]]), draw(condition[3])[0]));
  });
  const [, comparison, left] = where[0];
  const own = where.length === 1 && comparison !== "=" && isAlike(left, ["position", ["place", [[indices[0], 1]], 0, 1]]);
  if (own && indices.length === 1) return drawn[0];
  return row(...separated(letters), operator(":"), ...separated(drawn));
}

/** @type {(one: unknown, other: unknown) => boolean} */
const isAlike = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * @param {Entry} node
 * @returns {Element}
 */
function entry([, name, subscripts]) {
  if (!subscripts.length) return symbol(name);
  const places = displayed(subscripts).map((subscript) =>
    subscript[0] === "entry" ? entry(subscript) : subscript[0] === "digit" ? digit(subscript) : place(subscript),
  );
  return row(symbol(name), fence("["), ...separated(places), fence("]"));
}

/**
 * @param {string} name
 * @returns {Element}
 */
function symbol(name) {
  const { letter, below, level, primes, isNew } = nameParts(name);
  const gradient = letter.match(/^d(\p{L}̂?)$/u);
  const base = gradient ? row(identifier("d"), identifier(gradient[1])) : identifier(letter);
  const under = below ? (/^[\d.]+$/.test(below) ? math("mn", {}, below) : symbol(below)) : null;
  const marks = [];
  if (level) marks.push(math("mtext", {}, `(${level})`));
  if (isNew) marks.push(math("mtext", {}, "new"));
  if (primes) marks.push(operator(primes));
  const above = marks.length ? row(...marks) : null;
  if (under && above) return math("msubsup", {}, base, under, above);
  if (under) return math("msub", {}, base, under);
  return above ? math("msup", {}, base, above) : base;
}

/** @param {Place} subscript */
function place([, terms, constant, divisor]) {
  /** @type {[number, Element[]][]} */
  const signed = terms.map(([[letter], coefficient]) => [
    coefficient,
    Math.abs(coefficient) === 1 ? [identifier(letter)] : [number(Math.abs(coefficient)), identifier(letter)],
  ]);
  if (constant || !signed.length) signed.push([constant, [number(Math.abs(constant))]]);
  // 1 − u rather than −u + 1
  if (signed[0][0] < 0) signed.sort(([first], [second]) => Number(first < 0) - Number(second < 0));
  const parts = signed.flatMap(([value, pieces], position) =>
    position || value < 0 ? [operator(value < 0 ? "−" : "+"), ...pieces] : pieces,
  );
  return divisor === 1 ? row(...parts) : row(round(...parts), operator("/"), number(divisor));
}

/** @param {Digit} subscript */
function digit([, position, divisor, base]) {
  if (base === 1) return number(0);
  if (base === null && divisor === 1) return place(position);
  const inside = bare(position) ? place(position) : round(place(position));
  const quotient = divisor === 1 ? inside : row(fence("⌊"), inside, operator("/"), number(divisor), fence("⌋"));
  return base === null ? quotient : row(quotient, space(), identifier("mod"), space(), number(base));
}

/** @param {Element[]} parts */
const separated = (parts) =>
  parts.flatMap((part, position) => (position ? [math("mo", { separator: "true" }, ","), part] : [part]));

/** @param {Element[]} parts */
const row = (...parts) => math("mrow", {}, ...parts);

const space = () => math("mspace", { width: "0.2em" });

/** @param {string} name */
const identifier = (name) =>
  name.endsWith("\u0302") ? math("mover", {}, math("mi", {}, name.slice(0, -1)), operator("^")) : math("mi", {}, name);

/** @param {number} value */
const number = (value) => math("mn", {}, literalText(value));

/** @type {(sign: string, form?: "prefix" | null) => Element} */
const operator = (sign, form = null) => math("mo", { form }, sign);

/** @param {string} sign */
const fence = (sign, stretchy = false) => math("mo", { lspace: "0", rspace: "0", stretchy: String(stretchy) }, sign);

/**
 * In round brackets, which grow around what is higher than a line.
 *
 * @param {Element[]} parts
 */
function round(...parts) {
  const high = parts.some((part) => part.matches("mfrac, munder") || part.querySelector("mfrac, munder"));
  return row(fence("(", high), ...parts, fence(")", high));
}
