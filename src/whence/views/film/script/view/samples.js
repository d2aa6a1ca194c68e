import { sheet } from "../../../browser/script/canvas.js";
import { diverging, palette } from "../../../browser/script/colour_scales.js";
import { element } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { frameNow } from "../state/state.js";
import { css } from "./hues.js";
import { inputFigure } from "./inputs.js";
import { colourTable, mosaic, sizeOf } from "./mosaic.js";
import { names } from "./names.js";
import { numberText, percentText } from "./numbers.js";

/**
 * @import { Film } from "../core/types.js"
 * @import { Frames } from "../core/frames.js"
 * @import { Panel } from "./chart.js"
 * @import { Layout } from "./mosaic.js"
 */

const WIDTH = 124;
const WIDEST_LAYER = 100;
const HIGHEST_LAYER = 64;
const BARS = { height: 44, foot: 5 };
const MOST_ON_ONE_SCALE = 20;

/**
 * A few samples: their inputs, what the network says of them, and what its units answer.
 *
 * @param {Film} film
 * @param {number} number
 * @returns {Panel}
 */
export function samplesPanel(film, number) {
  const { samples } = film;
  const cards = samples.numbers.map((_, place) => card(film, place));
  return {
    node: element(
      "figure",
      { class: "panel samples" },
      element("figcaption", {}, text(`samples.${samples.part}`)),
      element("ol", { class: "cards" }, ...cards.map(({ node }) => node)),
      element("p", { class: "under" }, text(film.classes ? "samples.about" : "samples.about.numbers", { layers: Object.keys(samples.activations).join(", ") })),
    ),
    show() {
      const frame = frameNow(number);
      for (const each of cards) each.showFrame(frame);
    },
  };
}

/**
 * @param {Film} film
 * @param {number} place
 */
function card(film, place) {
  const { samples } = film;
  const label = text("life.sample", { number: samples.numbers[place] });
  const answer = film.classes ? classAnswer(film, place) : numberAnswer(film, place);
  const layers = Object.entries(samples.activations).map(([name, frames]) => activation(name, frames, place));
  return {
    node: element(
      "li",
      {},
      inputFigure(film, samples.inputs, place, label),
      answer.picture,
      ...layers.map(({ node }) => node),
      ...answer.lines,
    ),
    /** @param {number} frame */
    showFrame(frame) {
      answer.showFrame(frame);
      for (const layer of layers) layer.showFrame(frame);
    },
  };
}

/**
 * The probabilities of the classes as bars, the target's marked, and which is the likeliest.
 *
 * @param {Film} film
 * @param {number} place
 */
function classAnswer(film, place) {
  const { outputs, targets } = film.samples;
  const [, count, classes] = outputs.shape;
  const [said, wanted] = [element("p", { class: "answer" }), targets.values[place]];
  const called = names(film);
  const { canvas, pen } = sheet(WIDTH, BARS.height + BARS.foot, text("samples.probabilities"));
  const { positive, negative, ink } = palette();
  const step = WIDTH / classes;
  const gap = step > 4 ? 2 : 0;
  return {
    picture: canvas,
    lines: [said],
    /** @param {number} frame */
    showFrame(frame) {
      const start = (frame * count + place) * classes;
      const own = outputs.values.subarray(start, start + classes);
      const most = Math.max(...own);
      const best = own.indexOf(most);
      const top = classes > MOST_ON_ONE_SCALE ? most : 1;
      pen.clearRect(0, 0, WIDTH, BARS.height + BARS.foot);
      for (let at = 0; at < classes; at++) {
        const height = Math.max(1, (own[at] / top) * BARS.height);
        pen.fillStyle = at === wanted ? css(positive) : at === best ? css(negative) : "rgb(128 128 128 / 0.55)";
        pen.fillRect(at * step, BARS.height - height, step - gap, height);
      }
      pen.fillStyle = ink;
      pen.fillRect(wanted * step, BARS.height + 2, Math.max(2, step - gap), 3);
      const isRight = best === wanted;
      said.className = isRight ? "answer right" : "answer wrong";
      const target = isRight ? "" : text("samples.target", { target: called[wanted] });
      said.textContent = `${called[best]} ${isRight ? "✓" : "✗"} ${percentText(own[best])}${target && ` · ${target}`}`;
    },
  };
}

/**
 * The predicted numbers, with the targets.
 *
 * @param {Film} film
 * @param {number} place
 */
function numberAnswer(film, place) {
  const { outputs, targets } = film.samples;
  const [, count, each] = outputs.shape;
  const lines = Array.from({ length: Math.min(each, 4) }, () => element("b", {}));
  const answers = lines.map((line, output) => {
    const target = numberText(targets.values[place * each + output]);
    const name = film.targets[output] && each > 1 ? `${film.targets[output]}: ` : "";
    return element("p", { class: "answer" }, name, line, " · ", text("samples.target", { target }));
  });
  return {
    picture: null,
    lines: answers,
    /** @param {number} frame */
    showFrame(frame) {
      lines.forEach((line, output) => {
        line.textContent = numberText(outputs.values[(frame * count + place) * each + output]);
      });
    },
  };
}

/**
 * The outputs of a layer's units, or of its channels as pictures, for one sample.
 *
 * @param {string} name
 * @param {Frames} frames
 * @param {number} place
 */
function activation(name, frames, place) {
  const [, ...shape] = frames.shape;
  const layout = shape.length === 3 ? ofMaps(shape) : ofUnits(shape[0]);
  const { across, down } = sizeOf(layout);
  const scale = Math.min(10, WIDEST_LAYER / across, HIGHEST_LAYER / down);
  const drawn = mosaic(layout, scale, text("samples.activation", { name }));
  const table = colourTable(frames, diverging(palette(), frames.high));
  const size = shape.reduce((product, length) => product * length, 1);
  return {
    node: element("div", { class: "activation" }, drawn.canvas, element("span", {}, name)),
    /** @param {number} frame */
    showFrame(frame) {
      drawn.draw(frames.at(frame), table, place * size);
    },
  };
}

/** @type {(units: number) => Layout} */
function ofUnits(units) {
  const rows = Math.ceil(units / Math.max(8, Math.ceil(Math.sqrt(2 * units))));
  const columns = Math.ceil(units / rows);
  return { tiles: units, height: 1, width: 1, columns, gap: 0, steps: { tile: 1, row: 0, column: 0 }, channels: 1 };
}

/** @type {(shape: number[]) => Layout} */
function ofMaps([height, width, channels]) {
  const steps = { tile: 1, row: width * channels, column: channels };
  return { tiles: channels, height, width, columns: Math.ceil(channels / Math.ceil(channels / 4)), gap: 1, steps, channels: 1 };
}
