import { indexOf } from "./cells.js";
import { limitOf } from "./colours.js";
import { svg } from "./dom.js";
import { BLOCK_HEIGHT, MARGIN, STRIDE, footHeight, labels } from "./network_labels.js";
import { SKIP_HEIGHT, skipLine, skipsOf } from "./skips.js";
import { text } from "./texts.js";

const MOST_UNITS = 12;
const RADIUS = 9;
const BAND = 88;

/** The network: columns of units with their weights, or of blocks where there are many; the place at work marked. */
export function network(trace, cell) {
  const stages = stagesOf(trace);
  const sample = trace.arrays.get(cell.array).letters[0] === "n" ? cell.index[0] : 0;
  const small = stages.every(({ units }) => units !== null && units <= MOST_UNITS);
  const width = 2 * MARGIN + (stages.length - 1) * STRIDE;
  const height = BLOCK_HEIGHT + footHeight(stages);
  const here = stageOf(trace, stages, cell.array);
  const skips = skipsOf(trace, stages);
  const above = skips.length ? SKIP_HEIGHT : 0;
  const drawing = svg("svg", {
    viewBox: `0 ${-above} ${width} ${height + above}`,
    class: "network",
    role: "group",
    "aria-label": text("network.label"),
  });
  if (here) drawing.append(band(here.between ? here.at - 0.5 : here.at, height));
  const pairs = stages.slice(1).map((stage, place) => [stages[place], stage, place + 1]);
  drawing.append(
    ...pairs.map(([before, stage, position]) =>
      small ? wires(trace, before, stage, position, cell) : funnel(before, stage, position),
    ),
    ...stages.map((stage, position) => (small ? units(trace, stage, position, sample, cell) : block(stage, position))),
    ...skips.map((skip) => skipLine(skip, (position) => (small ? topUnit : topOfBlock)(stages[position]))),
    ...stages.map((stage, position) => labels(trace, stages, position, cell)),
  );
  drawing.style.width = `${width}px`;
  return drawing;
}

/** Marks the place at work. */
function band(position, height) {
  const x = MARGIN + position * STRIDE - BAND / 2;
  return svg("rect", { class: "here", x, y: 2, width: BAND, height: height - 4, rx: 10 });
}

/** What the network is made of from left to right: the inputs, and the layers by their numbers. */
function stagesOf(trace) {
  const stages = [{ number: 0, arrays: ["x"], parameters: [], output: "x", kinds: [] }];
  for (const layer of trace.layers) {
    if (layer.number !== stages.at(-1).number) {
      stages.push({ number: layer.number, arrays: [], parameters: [], kinds: [] });
    }
    const stage = stages.at(-1);
    stage.arrays.push(layer.output);
    stage.output = layer.output;
    stage.kinds.push(layer.kind);
    stage.parameters.push(...layer.parameters.filter((name) => !stage.parameters.includes(name)));
  }
  for (const stage of stages) {
    const [, ...shape] = trace.arrays.get(stage.output).shape;
    stage.shape = shape;
    stage.units = shape.length <= 1 ? (shape[0] ?? 1) : null;
    stage.size = shape.reduce((product, length) => product * length, 1);
  }
  return stages;
}

/** The stage that an array belongs to, if to one, and whether it lies on the way to it, as weights do. */
function stageOf(trace, stages, name) {
  const origin = trace.origins[name];
  const owner = subject(origin.parameter ?? name);
  const weighed = stages.findIndex(({ parameters }) => parameters.includes(owner));
  if (weighed >= 0) return { at: weighed, between: weighed > 0 && trace.arrays.get(owner).shape.length > 1 };
  if (origin.layer !== null) {
    const back = origin.phase === "backward" && stages.findIndex(({ arrays }) => arrays.includes(owner));
    const { number } = trace.layers[origin.layer];
    return { at: back !== false && back >= 0 ? back : stages.findIndex((stage) => stage.number === number) };
  }
  if (origin.phase === "data") return { at: name === "x" ? 0 : stages.length - 1 };
  return origin.phase === "loss" ? { at: stages.length - 1 } : null;
}

function gapOf({ units }) {
  return Math.min(38, BLOCK_HEIGHT / Math.max(1, units));
}

function centre(stage, unit) {
  return BLOCK_HEIGHT / 2 + 8 + (unit - (stage.units - 1) / 2) * gapOf(stage);
}

function topUnit(stage) {
  return centre(stage, 0) - unitRadius(stage);
}

function unitRadius(stage) {
  return Math.min(RADIUS, gapOf(stage) / 2 - 1);
}

/** The array that a gradient or a new value belongs to: `W1` for `dW1` and `W1_new`. */
function subject(name) {
  return name.replace(/^d|_new$/g, "");
}

/** A column of units, strong where their outputs for a sample are large; the one at work marked. */
function units(trace, stage, position, sample, cell) {
  const array = trace.arrays.get(stage.output);
  const limit = limitOf(array.values);
  const atWork = [...stage.arrays, ...stage.parameters].includes(subject(cell.array)) ? cell.index.at(-1) : null;
  const circles = Array.from({ length: stage.units }, (_, unit) => {
    const value = array.values[sample * (array.strides[0] ?? 0) + unit];
    const circle = svg("circle", {
      cx: MARGIN + position * STRIDE,
      cy: centre(stage, unit),
      r: unitRadius(stage),
      class: unit === atWork ? "unit active" : "unit",
    });
    circle.style.fillOpacity = unit === atWork ? 1 : 0.12 + 0.88 * Math.min(1, Math.abs(value) / limit);
    return circle;
  });
  return svg("g", {}, ...circles);
}

/** The weights between two columns of units, thick where they are large, or plain lines from unit to unit. */
function wires(trace, before, stage, position, cell) {
  const array = stage.parameters
    .map((name) => trace.arrays.get(name))
    .find(({ shape }) => shape.length === 2 && shape[0] === before.units && shape[1] === stage.units);
  const line = (from, to, kind) =>
    svg("line", {
      x1: MARGIN + (position - 1) * STRIDE,
      y1: centre(before, from),
      x2: MARGIN + position * STRIDE,
      y2: centre(stage, to),
      class: `wire ${kind}`,
    });
  if (!array) {
    const pairs = Math.min(before.units, stage.units);
    return svg("g", {}, ...Array.from({ length: pairs }, (_, unit) => line(unit, unit, "single")));
  }
  const limit = limitOf(array.values);
  const atWork = subject(cell.array) === array.name ? cell.index.join() : null;
  const lines = Array.from(array.values, (value, offset) => {
    const [from, to] = indexOf(array, offset);
    const isActive = atWork === `${from},${to}`;
    const wire = line(from, to, isActive ? "active" : value < 0 ? "negative" : "positive");
    wire.style.strokeWidth = isActive ? 4 : 0.5 + (2 * Math.abs(value)) / limit;
    return wire;
  });
  return svg("g", {}, ...lines);
}

function blockHeight({ size }) {
  return Math.min(BLOCK_HEIGHT - 10, 14 + 13 * Math.log2(size + 1));
}

function topOfBlock(stage) {
  return BLOCK_HEIGHT / 2 + 8 - blockHeight(stage) / 2;
}

function block(stage, position) {
  return svg(
    "g",
    {},
    svg("rect", {
      class: "block",
      x: MARGIN + position * STRIDE - 13,
      y: topOfBlock(stage),
      width: 26,
      height: blockHeight(stage),
      rx: 5,
    }),
  );
}

function funnel(before, stage, position) {
  const [left, right] = [MARGIN + (position - 1) * STRIDE + 13, MARGIN + position * STRIDE - 13];
  const [start, end] = [blockHeight(before) / 2, blockHeight(stage) / 2];
  const middle = BLOCK_HEIGHT / 2 + 8;
  const points = [
    [left, middle - start],
    [right, middle - end],
    [right, middle + end],
    [left, middle + start],
  ];
  return svg("polygon", { class: "funnel", points: points.map((point) => point.join()).join(" ") });
}
