import { bare } from "./expressions.js";
import { math } from "./dom.js";
import { written } from "./numbers.js";
import {
  ABBREVIATED,
  ADD,
  ATOM,
  MULTIPLY,
  NEGATE,
  POWER,
  PRECEDENCE,
  SIGNS,
  SUM,
  displayed,
  factors,
  isComparison,
  nameParts,
} from "./symbols.js";

/** A formula as MathML. */
export function formulaMath(formula) {
  const equation = row(write(formula.target)[0], operator("="), write(formula.expression)[0]);
  return math("math", { display: "block", class: "formula" }, equation);
}

export function nameMath(name) {
  return math("math", {}, symbol(name));
}

/** A node as MathML, and how tightly it holds together. */
function write(node) {
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
  throw new Error(`${node[0]} is not an expression`);
}

function bracketed(node, least) {
  const [written, precedence] = write(node);
  return precedence >= least ? written : round(written);
}

function operation(node) {
  const [, symbol] = node;
  const [left, right] = factors(node);
  if (isComparison(symbol)) {
    return [row(fence("["), write(left)[0], operator(SIGNS[symbol]), write(right)[0], fence("]")), ATOM];
  }
  if (symbol === "/") return [math("mfrac", {}, write(left)[0], write(right)[0]), ATOM];
  if (symbol === "^") return [math("msup", {}, bracketed(left, ATOM), write(right)[0]), POWER];
  const precedence = PRECEDENCE[symbol];
  return [
    row(bracketed(left, precedence), operator(SIGNS[symbol]), bracketed(right, precedence + (symbol === "-" ? 1 : 0))),
    precedence,
  ];
}

function call([, name, operands]) {
  const inner = operands.map((operand) => write(operand)[0]);
  if (name === "neg") return [row(operator("−", "prefix"), bracketed(operands[0], NEGATE)), NEGATE];
  if (name === "sqrt") return [math("msqrt", {}, inner[0]), ATOM];
  if (name === "abs") return [row(fence("|"), inner[0], fence("|")), ATOM];
  if (name === "exp") return [math("msup", {}, identifier("e"), inner[0]), POWER];
  if (name === "max0" || name === "min0") inner.unshift(number(0));
  const listed = inner.flatMap((part, position) => (position ? [separator(), part] : [part]));
  return [row(identifier(ABBREVIATED[name] ?? name), round(...listed)), ATOM];
}

function reduction([, kind, index, body]) {
  const sign =
    kind === "Sum"
      ? math("mo", { largeop: "true", movablelimits: "false" }, "∑")
      : math("mo", { movablelimits: "false", lspace: "0", rspace: "0.17em" }, "max");
  const inner = bracketed(body, body[0] === "reduction" ? SUM : MULTIPLY);
  return [row(math("munder", {}, sign, identifier(index[0])), inner), SUM];
}

function entry([, name, subscripts]) {
  if (!subscripts.length) return symbol(name);
  const places = displayed(subscripts).map((subscript) =>
    subscript[0] === "entry" ? entry(subscript) : subscript[0] === "digit" ? digit(subscript) : place(subscript),
  );
  const listed = places.flatMap((part, position) => (position ? [separator(), part] : [part]));
  return row(symbol(name), fence("["), ...listed, fence("]"));
}

function symbol(name) {
  const { letter, below, level, primes, isNew } = nameParts(name);
  const gradient = letter.match(/^d(\p{L}̂?)$/u);
  const base = gradient ? row(identifier("d"), identifier(gradient[1])) : identifier(letter);
  const under = below && (/^[\d.]+$/.test(below) ? math("mn", {}, below) : symbol(below));
  const marks = [level && math("mtext", {}, `(${level})`), isNew && math("mtext", {}, "new"), primes && operator(primes)];
  const above = marks.some(Boolean) && row(...marks.filter(Boolean));
  if (under && above) return math("msubsup", {}, base, under, above);
  if (under) return math("msub", {}, base, under);
  return above ? math("msup", {}, base, above) : base;
}

function place([, terms, added, divisor]) {
  const parts = [];
  for (const [[letter], coefficient] of terms) {
    if (parts.length || coefficient < 0) parts.push(operator(coefficient < 0 ? "−" : "+"));
    if (Math.abs(coefficient) !== 1) parts.push(number(Math.abs(coefficient)));
    parts.push(identifier(letter));
  }
  if (added || !parts.length) {
    if (parts.length || added < 0) parts.push(operator(added < 0 ? "−" : "+"));
    parts.push(number(Math.abs(added)));
  }
  return divisor === 1 ? row(...parts) : row(round(...parts), operator("/"), number(divisor));
}

function digit([, position, divisor, base]) {
  if (base === 1) return number(0);
  const quotient =
    divisor === 1 ? place(position) : row(fence("⌊"), place(position), operator("/"), number(divisor), fence("⌋"));
  return base === null
    ? quotient
    : row(
        quotient,
        math("mspace", { width: "0.2em" }),
        identifier("mod"),
        math("mspace", { width: "0.2em" }),
        number(base),
      );
}

const row = (...parts) => math("mrow", {}, ...parts);
const identifier = (name) =>
  name.endsWith("\u0302") ? math("mover", {}, math("mi", {}, name.slice(0, -1)), operator("^")) : math("mi", {}, name);
const number = (value) => math("mn", {}, written(value, 6));
const operator = (sign, form = null) => math("mo", { form }, sign);
const fence = (sign, stretchy = false) => math("mo", { lspace: "0", rspace: "0", stretchy: String(stretchy) }, sign);
const separator = () => math("mo", { separator: "true" }, ",");

/** In round brackets, which grow around what is higher than a line. */
function round(...parts) {
  const high = parts.some((part) => part.matches("mfrac, munder") || part.querySelector("mfrac, munder"));
  return row(fence("(", high), ...parts, fence(")", high));
}
