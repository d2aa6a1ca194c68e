import { onChange } from "../../browser/script/changes.js";
import { prefer, preferences } from "../../browser/script/preferences.js";
import { isNarrow, onScreen } from "../../browser/script/screen.js";
import { answerAsBefore } from "./state/answering.js";
import { parseFragment } from "./state/cells.js";
import { choose, explanationNow, firstCell, follow, start } from "./state/navigation.js";
import { pageData, recording } from "./state/page_data.js";
import { keepTime } from "./state/playback.js";
import { change } from "./state/state.js";
import { onKey } from "./view/keyboard.js";
import { drawCell, drawPage, drawRest } from "./view/page.js";

answerAsBefore();
start(parseFragment(pageData.start) ?? firstCell(recording.traces[0], recording.parts[0].arrays[0]));
onChange(keepTime);
onChange(drawPage);
await drawFirst();
performance.mark("whence.ready");
addEventListener("keydown", onKey);
addEventListener("click", onClick);
addEventListener("resize", onResize);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => change());

/** Draws the page; on a telephone, which takes its time, first the cell that the reader came for. */
async function drawFirst() {
  const explanation = explanationNow();
  drawCell(explanation);
  if (isNarrow()) await onScreen();
  drawRest(explanation);
}

/** @param {MouseEvent} event */
function onClick(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href^='#'], td[data-key]") : null;
  const tableCell = link instanceof HTMLElement ? link.dataset.key : undefined;
  const cell = link && parseFragment(tableCell ?? link.getAttribute("href") ?? "");
  if (!cell) return;
  event.preventDefault();
  if (!preferences.hasAsked) prefer({ hasAsked: true });
  if (tableCell) choose(cell);
  else follow(cell);
}

/** What fits has changed; but where someone is typing, perhaps only because a keyboard has appeared. */
function onResize() {
  if (!document.activeElement?.matches("input")) change();
}
