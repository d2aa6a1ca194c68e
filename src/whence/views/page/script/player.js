import { element, svg } from "./dom.js";
import { firstCell, placeOf } from "./frames.js";
import { Plane } from "./plane.js";
import { prefer, preferences } from "./preferences.js";
import { jump, redraw, state } from "./state.js";
import { text } from "./texts.js";

const PACES = [0.5, 1, 2, 5, 10];
const MOST_CELLS = 48;

const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  previous: "M11 3v10L4 8z",
  play: "M4 2l10 6-10 6z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  next: "M5 3l7 5-7 5z",
};

let timer = null;

export function isPlaying() {
  return timer !== null;
}

/** All frames of a trace in a row, each with its step. */
function framesOf(steps) {
  return steps.flatMap((step) => step.frames.map((names) => ({ step, names })));
}

function present(steps) {
  const { step, frame } = placeOf(steps, state.cell.array);
  return framesOf(steps).findIndex((candidate) => candidate.step === step && candidate.names === step.frames[frame]);
}

/** Goes to a frame by its place in the row; beyond its ends, nowhere. */
function goTo(trace, steps, place, options) {
  const frame = framesOf(steps)[place];
  if (frame) jump(firstCell(trace, frame.names[0]), options);
  return Boolean(frame);
}

export function move(trace, steps, by) {
  pause();
  goTo(trace, steps, present(steps) + by);
}

export function moveToEnd(trace, steps, last) {
  pause();
  goTo(trace, steps, last ? framesOf(steps).length - 1 : 0);
}

export function moveToStep(trace, step) {
  pause();
  jump(firstCell(trace, step.frames[0][0]));
}

export function pause() {
  clearTimeout(timer);
  timer = null;
}

/** Fills the arrays cell by cell from where the reader is, frame after frame, until the end or a pause. */
export function togglePlay(trace, steps) {
  if (isPlaying()) {
    pause();
    redraw();
    return;
  }
  if (trace.formulas.has(state.cell.array)) state.filledTo ??= planeNow(trace).position();
  schedule(trace, steps);
  redraw();
}

function schedule(trace, steps) {
  timer = setTimeout(() => advance(trace, steps), 1000 / preferences.pace);
}

function planeNow(trace) {
  return new Plane(trace.arrays.get(state.cell.array), state.cell.index);
}

function advance(trace, steps) {
  const plane = planeNow(trace);
  const count = plane.rows * plane.columns;
  const next = plane.position() + Math.max(1, Math.floor(count / MOST_CELLS));
  schedule(trace, steps);
  if (trace.formulas.has(state.cell.array) && next < count) {
    const index = plane.cell(Math.floor(next / plane.columns), next % plane.columns);
    jump({ ...state.cell, index }, { filledTo: next, remember: false });
  } else if (!goTo(trace, steps, present(steps) + 1, { filledTo: 0 })) {
    pause();
    redraw();
  }
}

/** The buttons of the player, and the list of steps. */
export function player(trace, steps) {
  const { step } = placeOf(steps, state.cell.array);
  const place = present(steps);
  const button = (sign, label, action, disabled = false, key = label) =>
    element(
      "button",
      {
        type: "button",
        onclick: action,
        disabled,
        "aria-label": text(label),
        title: text(label),
        "data-key": key,
      },
      icon(sign),
    );
  const controls = element(
    "div",
    { class: "controls", role: "group", "aria-label": text("player.label") },
    button("first", "player.first", () => moveToEnd(trace, steps, false), place === 0),
    button("previous", "player.previous", () => move(trace, steps, -1), place === 0),
    button(
      isPlaying() ? "pause" : "play",
      isPlaying() ? "player.pause" : "player.play",
      () => togglePlay(trace, steps),
      false,
      "play",
    ),
    button("next", "player.next", () => move(trace, steps, 1), place === framesOf(steps).length - 1),
    pace(),
  );
  return [controls, list(trace, steps, step)];
}

function pace() {
  const option = (value) => element("option", { value, selected: value === preferences.pace }, `${value}×`);
  const choose = ({ target }) => prefer("pace", Number(target.value));
  return element(
    "select",
    { "aria-label": text("player.pace"), title: text("player.pace"), onchange: choose, "data-key": "pace" },
    ...PACES.map(option),
  );
}

function list(trace, steps, current) {
  const entry = (step) =>
    element(
      "li",
      { class: step === current ? "current" : null },
      element(
        "button",
        {
          type: "button",
          onclick: () => moveToStep(trace, step),
          "aria-current": step === current ? "step" : null,
          title: stepTitle(trace, step),
          "aria-label": `${step.number + 1}. ${stepTitle(trace, step)}`,
          "data-key": `step/${step.number}`,
        },
        String(step.number + 1),
      ),
    );
  return element("ol", { class: "steps" }, ...steps.map(entry));
}

function icon(name) {
  return svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

/** What a step does, in words. */
export function stepTitle(trace, step) {
  const position = trace.origins[step.frames[0][0]].layer;
  const kind = position === null ? "" : trace.layers[position].kind;
  return text(step.layer === 0 ? `step.${step.kind}.0` : `step.${step.kind}`, { number: step.layer, kind });
}
