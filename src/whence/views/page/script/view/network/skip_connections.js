import { svg } from "../../../../browser/script/dom.js";
import { text } from "../../../../browser/script/texts.js";
import { entries } from "../../core/expressions.js";
import { columnAt } from "./measures.js";

/**
 * @import { Formula } from "../../core/evaluation.js"
 * @import { Expression } from "../../core/expressions.js"
 * @import { Layer, Trace } from "../../core/types.js"
 * @import { Stage } from "./stages.js"
 */

/** @typedef {{ name: string, from: number, to: number }} SkipConnection What is added, and the stages at its ends. */

export const SKIP_HEIGHT = 22;

const ROOF = 2 - SKIP_HEIGHT / 2;
const BEND = 8;
const ASIDE = 7;
const JOINT = 5;

/**
 * Where what comes into a layer is added to what is made of it.
 *
 * @param {Trace} trace
 * @param {Stage[]} stages
 * @returns {SkipConnection[]}
 */
export function skipConnectionsOf(trace, stages) {
  const stageWith = (/** @type {string} */ name) => stages.findIndex(({ arrays }) => arrays.includes(name));
  return trace.layers
    .filter((layer) => isAdded(trace, layer))
    .map(({ input, output }) => ({ name: input, from: stageWith(input), to: stageWith(output) }))
    .filter(({ from, to }) => from < to);
}

/**
 * @param {Trace} trace
 * @param {Layer} layer
 */
function isAdded({ formulas }, { input, output }) {
  const formula = formulas.get(output);
  const summands = formula ? summandsOf(formula.expression) : [];
  const added = summands.find((node) => node[0] === "entry" && node[1] === input);
  const others = summands.filter((node) => node !== added).flatMap(entries);
  return Boolean(added) && others.some(([, name]) => comesFrom(formulas, name, input, new Set()));
}

/**
 * @param {Expression} node
 * @returns {Expression[]}
 */
function summandsOf(node) {
  return node[0] === "operation" && node[1] === "+" ? [...summandsOf(node[2]), ...summandsOf(node[3])] : [node];
}

/**
 * Whether an array is another one, or computed from it.
 *
 * @param {Map<string, Formula>} formulas
 * @param {string} name
 * @param {string} origin
 * @param {Set<string>} passed
 * @returns {boolean}
 */
function comesFrom(formulas, name, origin, passed) {
  if (name === origin) return true;
  if (passed.has(name)) return false;
  passed.add(name);
  return (formulas.get(name)?.reads ?? []).some((read) => comesFrom(formulas, read, origin, passed));
}

/**
 * A line over what is left out, to the sign of the sum.
 *
 * @param {SkipConnection} skip
 * @param {(position: number) => number} top Gives the top of a stage.
 */
export function skipLine({ name, from, to }, top) {
  const [left, right] = [columnAt(from) + ASIDE, columnAt(to) - ASIDE];
  const end = top(to) - 2 * JOINT;
  const middle = end + JOINT;
  const way = [
    `M${left} ${top(from)}V${ROOF + BEND}Q${left} ${ROOF} ${left + BEND} ${ROOF}`,
    `H${right - BEND}Q${right} ${ROOF} ${right} ${Math.min(ROOF + BEND, end)}V${end}`,
  ];
  const plus = `M${right - 3} ${middle}h6M${right} ${middle - 3}v6`;
  return svg(
    "g",
    { class: "skip" },
    svg("title", {}, text("network.skip", { name })),
    svg("path", { d: way.join("") }),
    svg("circle", { cx: right, cy: middle, r: JOINT }),
    svg("path", { d: plus }),
  );
}
