import { element, svg } from "./dom.js";
import { firstCell, placeOf } from "./frames.js";
import { Plane } from "./plane.js";
import { prefer, preferences } from "./preferences.js";
import { jump, redraw, state, traceNow } from "./state.js";
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

/** The place of the frame on show among those of all training steps. */
function present() {
  const frames = state.lesson.frames;
  const shows = ({ trace, names }) => trace.number === state.cell.trace && names.includes(state.cell.array);
  const place = frames.findIndex(shows);
  if (place >= 0) return place;
  const { step } = placeOf(traceNow(), state.cell.array);
  return frames.findIndex((frame) => frame.step === step);
}

/** Goes to a frame by its place; beyond the ends, nowhere. */
function goTo(place, options) {
  const frame = state.lesson.frames[place];
  if (frame) jump(firstCell(frame.trace, frame.names[0]), options);
  return Boolean(frame);
}

export function move(by) {
  pause();
  goTo(present() + by);
}

export function moveToEnd(last) {
  pause();
  goTo(last ? state.lesson.frames.length - 1 : 0);
}

function moveToStep(step) {
  pause();
  jump(firstCell(traceNow(), step.frames[0][0]));
}

export function pause() {
  clearTimeout(timer);
  timer = null;
}

/** Fills the arrays cell by cell from where the reader is, frame after frame, until the end or a pause. */
export function togglePlay() {
  if (isPlaying()) pause();
  else {
    if (isComputed()) state.filledTo ??= planeNow().position();
    schedule();
  }
  redraw();
}

function schedule() {
  timer = setTimeout(advance, 1000 / preferences.pace);
}

function isComputed() {
  return traceNow().formulas.has(state.cell.array);
}

function planeNow() {
  return new Plane(traceNow().arrays.get(state.cell.array), state.cell.index);
}

function advance() {
  const plane = planeNow();
  const count = plane.rows * plane.columns;
  const next = plane.position() + Math.max(1, Math.floor(count / MOST_CELLS));
  schedule();
  if (isComputed() && next < count) {
    const index = plane.cell(Math.floor(next / plane.columns), next % plane.columns);
    jump({ ...state.cell, index }, { filledTo: next, remember: false });
  } else if (!goTo(present() + 1, { filledTo: 0 })) {
    pause();
    redraw();
  }
}

/** The buttons of the player, and the list of steps. */
export function player() {
  const trace = traceNow();
  const { step } = placeOf(trace, state.cell.array);
  const place = present();
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
    button("first", "player.first", () => moveToEnd(false), place === 0),
    button("previous", "player.previous", () => move(-1), place === 0),
    button(
      isPlaying() ? "pause" : "play",
      isPlaying() ? "player.pause" : "player.play",
      () => togglePlay(),
      false,
      "play",
    ),
    button("next", "player.next", () => move(1), place === state.lesson.frames.length - 1),
    pace(),
  );
  return [controls, list(trace, step)];
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

function list(trace, current) {
  const entry = (step) =>
    element(
      "li",
      { class: step === current ? "current" : null },
      element(
        "button",
        {
          type: "button",
          onclick: () => moveToStep(step),
          "aria-current": step === current ? "step" : null,
          title: stepTitle(trace, step),
          "aria-label": `${step.number + 1}. ${stepTitle(trace, step)}`,
          "data-key": `step/${step.number}`,
        },
        String(step.number + 1),
      ),
    );
  return element("ol", { class: "steps" }, ...trace.plan.map(entry));
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
