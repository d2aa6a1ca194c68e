import { below, equation, trail } from "./bench.js";
import { fragment, offsetOf, parseFragment } from "./cells.js";
import { element, replace } from "./dom.js";
import { figure } from "./figure.js";
import { firstCell, placeOf, scene } from "./frames.js";
import { Lesson } from "./lesson.js";
import { formulaMath } from "./mathml.js";
import { network } from "./network.js";
import { Plane } from "./plane.js";
import { move, moveToEnd, pause, player, stepTitle, togglePlay } from "./player.js";
import { drawToFit } from "./room.js";
import { reset, settings, themeNow } from "./settings.js";
import { follow, jump, redraw, startAt, state, stay, traceNow } from "./state.js";
import { language, text, useTexts } from "./texts.js";

const data = JSON.parse(document.getElementById("lesson").textContent);
const lesson = new Lesson(data);
let focusNext = null;
let shown = null;

useTexts(data.texts);
document.getElementById("lesson").remove();
startAt(lesson, firstCell(lesson.traces[0], lesson.frames[0].names[0]), render);
performance.mark("whence.ready");
addEventListener("keydown", onKey);
addEventListener("click", onClick);
addEventListener("resize", onResize);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

function render() {
  const trace = traceNow();
  const focused = focusNext ?? document.activeElement?.dataset?.key;
  const root = document.documentElement;
  root.lang = language();
  root.dataset.theme = themeNow();
  shown = scene(trace, state.cell);
  replace("top", ...settings(showHelp));
  replace("network", network(trace, state.cell));
  replace("steps", ...player(), reset()).setAttribute("aria-label", text("player.steps"));
  replace("explanation", ...explanation(trace));
  replace("trail", trail()).setAttribute("aria-label", text("bench.trail"));
  replace("equation", ...equation(trace, shown));
  replace("below", ...below(trace));
  drawToFit(state.cell, () => replace("figures", ...figures(trace)));
  focusNext = null;
  document.querySelector(".steps .current").scrollIntoView({ block: "nearest", inline: "nearest" });
  root.style.scrollPaddingBottom = `${document.getElementById("bench").offsetHeight + 16}px`;
  if (state.reveal) document.querySelector("td.active")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  state.reveal = false;
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** What the step does, and its formula. */
function explanation(trace) {
  const { step, frame } = placeOf(trace, state.cell.array);
  const counter = text("stage.step", { number: step.number + 1, count: trace.plan.length });
  const part = step.frames.length > 1 ? text("stage.part", { number: frame + 1, count: step.frames.length }) : "";
  const { formula } = shown;
  return [
    element("p", { class: "counter" }, [counter, part].filter(Boolean).join(" · ")),
    element("h2", {}, stepTitle(trace, step)),
    element("p", { class: "about" }, text(`about.${step.kind}`)),
    formula ? element("div", { class: "scroller" }, formulaMath(formula)) : null,
  ];
}

/** The arrays that the formula reads, and the one that it fills; or those that are given. */
function figures(trace) {
  const { formula, reads, targets } = shown;
  const reading = reads.map((name) => figureOf(trace, name, "read"));
  const filled = targets.map((name) => figureOf(trace, name, formula ? "target" : "given"));
  const arrow = element("span", { class: "becomes", "aria-hidden": "true" }, "→");
  return [
    element("div", { class: "sources" }, ...(formula ? reading : filled)),
    formula ? element("div", { class: "filling" }, arrow, ...filled) : null,
  ];
}

function figureOf(trace, name, role) {
  const array = trace.arrays.get(name);
  const active = name === state.cell.array ? shown.active : -1;
  const sources = shown.sources.get(name);
  const telling = shown.telling.get(name);
  const filledTo = role === "target" ? state.filledTo : null;
  const choose = (index) => choosePlace({ trace: trace.number, array: name, index });
  const inFormula = shown.formula?.lettersOf(name);
  const letters = array.letters.map((letter, axis) => inFormula?.[axis] || letter);
  return figure(trace, array, { active, sources, telling, filledTo, letters }, role, choose);
}

/** Goes to a cell: as a source, onward; in the same array, aside; anywhere else, afresh. */
function choosePlace(cell) {
  pause();
  const trace = traceNow();
  const offset = offsetOf(trace.arrays.get(cell.array), cell.index);
  if (shown.sources.get(cell.array)?.has(offset)) follow(cell);
  else if (cell.array === state.cell.array) stay(cell);
  else jump(cell);
}

function onClick(event) {
  const link = event.target.closest?.("a[href^='#'], td[data-key]");
  if (!link) return;
  const cell = parseFragment(link.dataset.key ?? link.getAttribute("href"), lesson);
  if (!cell) return;
  event.preventDefault();
  pause();
  if (link.dataset.key) choosePlace(cell);
  else follow(cell);
}

/** What fits has changed; but where someone is typing, perhaps only because a keyboard has appeared. */
function onResize() {
  if (!document.activeElement.matches("input")) redraw();
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || document.getElementById("help").open) return;
  if (event.target.closest?.("input, select, textarea")) return;
  const cell = event.target.closest?.("td[data-key]");
  const pressed = cell ? gridKey(event.key, cell) : pageKey(event);
  if (pressed) event.preventDefault();
}

function pageKey({ key, target }) {
  if (key === "ArrowRight") move(1);
  else if (key === "ArrowLeft") move(-1);
  else if (key === "Home") moveToEnd(false);
  else if (key === "End") moveToEnd(true);
  else if (key === " " && !target.closest?.("button, a, summary")) togglePlay();
  else if (key === "?") showHelp();
  else return false;
  return true;
}

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** In a table the arrows go from cell to cell, and Enter asks the cell where it came from. */
function gridKey(key, td) {
  const trace = traceNow();
  const cell = parseFragment(td.dataset.key, lesson);
  const plane = new Plane(trace.arrays.get(cell.array), cell.index);
  if (key === "Enter" || key === " ") {
    focusNext = td.dataset.key;
    choosePlace(cell);
  } else if (key === "Home" || key === "End") return pageKey({ key, target: td });
  else if (key === "?") showHelp();
  else if (key in ARROWS) {
    const row = Number(td.dataset.row) + ARROWS[key][0];
    const column = Number(td.dataset.column) + ARROWS[key][1];
    if (row < 0 || column < 0 || row >= plane.rows || column >= plane.columns) return true;
    walkTo({ ...cell, index: plane.cell(row, column) }, td, row, column);
  } else return false;
  return true;
}

/** Where the active cell lies, it moves along with the arrows; elsewhere only the focus moves. */
function walkTo(cell, td, row, column) {
  if (cell.array === state.cell.array) {
    focusNext = fragment(cell);
    pause();
    stay(cell);
    return;
  }
  td.closest("table").querySelector(`td[data-row="${row}"][data-column="${column}"]`)?.focus();
}

function showHelp() {
  const dialog = document.getElementById("help");
  const keys = ["arrows", "space", "ends", "cells", "enter", "back"];
  const line = (key) => [element("dt", {}, text(`help.${key}.key`)), element("dd", {}, text(`help.${key}`))];
  dialog.replaceChildren(
    element("h2", {}, text("help.title")),
    element("p", {}, text("help.about")),
    element("dl", {}, ...keys.flatMap(line)),
    element("button", { type: "button", onclick: () => dialog.close(), autofocus: true }, text("help.close")),
  );
  dialog.showModal();
}
