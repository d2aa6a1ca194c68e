import { svg } from "./dom.js";
import { entries } from "./expressions.js";
import { MARGIN, STRIDE } from "./network_labels.js";
import { text } from "./texts.js";

export const SKIP_HEIGHT = 22;

const ROOF = 2 - SKIP_HEIGHT / 2;
const BEND = 8;
const ASIDE = 7;
const JOINT = 5;

/** Where what comes into a layer is added to what is made of it: the stages of both, and the array that is added. */
export function skipsOf(trace, stages) {
  const stageOf = (name) => stages.findIndex(({ arrays }) => arrays.includes(name));
  return trace.layers
    .filter((layer) => isAdded(trace, layer))
    .map(({ input, output }) => ({ name: input, from: stageOf(input), to: stageOf(output) }))
    .filter(({ from, to }) => from < to);
}

function isAdded({ formulas }, { input, output }) {
  const terms = formulas.has(output) ? termsOf(formulas.get(output).expression) : [];
  const added = terms.find(([kind, name]) => kind === "entry" && name === input);
  const others = terms.filter((term) => term !== added).flatMap(entries);
  return Boolean(added) && others.some(([, name]) => comesFrom(formulas, name, input, new Set()));
}

function termsOf(node) {
  return node[0] === "operation" && node[1] === "+" ? [...termsOf(node[2]), ...termsOf(node[3])] : [node];
}

/** Whether an array is another one, or computed from it. */
function comesFrom(formulas, name, origin, passed) {
  if (name === origin) return true;
  if (passed.has(name)) return false;
  passed.add(name);
  return (formulas.get(name)?.reads ?? []).some((read) => comesFrom(formulas, read, origin, passed));
}

/** A skip connection: a line over what it leaves out, to the sign of the sum; `top` gives the top of a stage. */
export function skipLine({ name, from, to }, top) {
  const [left, right] = [MARGIN + from * STRIDE + ASIDE, MARGIN + to * STRIDE - ASIDE];
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
