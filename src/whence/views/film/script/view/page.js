import { applyAppearance, languageMenu, themeButton } from "../../../browser/script/appearance.js";
import { carried } from "../../../browser/script/carried.js";
import { element, replace } from "../../../browser/script/dom.js";
import { preferences } from "../../../browser/script/preferences.js";
import { text } from "../../../browser/script/texts.js";
import { films, isEmbedded } from "../state/films.js";
import { state } from "../state/state.js";
import { charts } from "./charts.js";
import { lifePanel } from "./life.js";
import { player } from "./player.js";
import { samplesPanel } from "./samples.js";
import { surfacePanel } from "./surface.js";
import { weightsPanel } from "./weights.js";

/**
 * @import { Film } from "../core/types.js"
 * @import { Panel } from "./chart.js"
 */

const NARROWEST = 240;

/** What is on the page and follows the film, and what it was drawn for. */
let drawn = { circumstances: "", panels: /** @type {{ show(): void }[]} */ ([]) };

/** Shows the moment of the film; draws all of the page anew where more than that has changed. */
export function drawPage() {
  if (drawn.circumstances === circumstances()) for (const panel of drawn.panels) panel.show();
  else drawPageAnew();
}

/** Draws all of the page; what had the keyboard's focus has it again. */
export function drawPageAnew() {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
  applyAppearance();
  replace("top", heading(), element("div", { class: "settings" }, themeButton(), languageMenu()));
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const [shared, runs] = [element("section", { class: "charts" }), films.map(runSection)];
  main.className = films.length > 1 ? "two" : "one";
  main.replaceChildren(shared, ...runs);
  const panels = [player(), ...drawCharts(shared), ...films.flatMap((film, number) => drawRun(runs[number], film, number))];
  films.forEach((film, number) => {
    const samples = samplesPanel(film, number);
    (films.length > 1 ? runs[number] : shared).append(samples.node);
    panels.push(samples);
  });
  drawn = { circumstances: circumstances(), panels };
  for (const panel of panels) panel.show();
  const wanted = focused && document.querySelector(`[data-key="${CSS.escape(focused)}"]`);
  if (wanted instanceof HTMLElement) wanted.focus({ preventScroll: true });
}

/** All that the page is drawn for, but for the moment. */
function circumstances() {
  return JSON.stringify([innerWidth, preferences, state.logarithmic, state.cell, state.pace]);
}

function heading() {
  const frames = text("film.frames", { frames: Math.max(...films.map(({ steps }) => steps.length)) });
  return isEmbedded
    ? null
    : element("div", { class: "title" }, element("h1", {}, carried.title), element("p", {}, frames, " ", text("film.keys")));
}

/** @param {Film} film */
function runSection({ title, bestEpoch, history }) {
  const isLast = bestEpoch === history.length;
  return element(
    "section",
    { class: "run" },
    films.length > 1 ? element("h2", {}, title) : null,
    isLast ? null : element("p", { class: "saved" }, text("film.saved", { epoch: bestEpoch, last: history.length })),
  );
}

/**
 * @param {HTMLElement} section
 * @returns {Panel[]}
 */
function drawCharts(section) {
  return charts().map(({ isLarge, make }) => {
    const place = section.appendChild(element("div", { class: isLarge ? "large" : "small" }));
    const panel = make(widthOf(place));
    place.append(panel.node);
    return panel;
  });
}

/**
 * @param {HTMLElement} section
 * @param {Film} film
 * @param {number} number
 */
function drawRun(section, film, number) {
  const width = widthOf(section);
  const panels = [
    film.surface && surfacePanel(film, film.surface, number, width),
    film.firstLayer && weightsPanel(film, film.firstLayer, number, width),
    film.firstLayer || film.lives ? lifePanel(film, number, width) : null,
  ].filter((panel) => panel !== null);
  section.append(...panels.map(({ node }) => node));
  return panels;
}

/**
 * How wide what is drawn in an element may be; a page that is not on the screen yet has no width.
 *
 * @param {Element} place
 */
function widthOf(place) {
  return Math.max(place.clientWidth, NARROWEST);
}
