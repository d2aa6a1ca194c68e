/**
 * What formulas may call, on numbers of double precision.
 *
 * @type {Record<string, (...operands: number[]) => number>}
 */
export const FUNCTIONS = {
  neg: (x) => -x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  erf,
  max0: (x) => Math.max(x, 0),
  min0: (x) => Math.min(x, 0),
  maximum: Math.max,
  minimum: Math.min,
};

/** @type {Record<string, (a: number, b: number) => number>} */
export const OPERATIONS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "=": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
};

/**
 * erf x = 2/√π · exp(−x²) · Σ 2ᵏ x²ᵏ⁺¹ / (2k+1)‼, in which no two terms cancel.
 *
 * @param {number} x
 */
function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
