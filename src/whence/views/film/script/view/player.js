import { button, element, menu, replace } from "../../../browser/script/dom.js";
import { iconButton } from "../../../browser/script/icon_button.js";
import { text } from "../../../browser/script/texts.js";
import { films, timeline } from "../state/films.js";
import { goTo, move, togglePlay } from "../state/playback.js";
import { change, frameNow, state } from "../state/state.js";
import { epochText } from "./numbers.js";

const PACES = [2, 5, 10, 20, 30];

/**
 * The bar with which the film is played: buttons, a slider over the training, and where in the training it is.
 *
 * @returns {{ show(): void }}
 */
export function player() {
  const slider = element("input", {
    type: "range",
    min: 0,
    max: timeline.last,
    value: state.moment,
    "data-key": "moment",
    "aria-label": text("player.slider"),
    oninput: () => goTo(Number(slider.value)),
  });
  const where = element("output", { class: "where", "aria-live": "off" });
  const playButton = element("span", {});
  const control = (/** @type {"first" | "previous" | "next" | "last"} */ name, /** @type {() => void} */ action) =>
    iconButton(name, text(`player.${name}`), `player.${name}`, action);
  replace(
    "player",
    element(
      "div",
      { class: "controls", role: "group", "aria-label": text("player.label") },
      control("first", () => goTo(0)),
      control("previous", () => move(-1)),
      playButton,
      control("next", () => move(1)),
      control("last", () => goTo(timeline.last)),
      pace(),
    ),
    slider,
    where,
    logarithmic(),
  );
  /** @type {boolean | null} */
  let isPlayButton = null;
  return {
    show() {
      if (isPlayButton !== !state.playing) {
        isPlayButton = !state.playing;
        const name = isPlayButton ? "play" : "pause";
        const hadFocus = playButton.contains(document.activeElement);
        playButton.replaceChildren(iconButton(name, text(`player.${name}`), "play", togglePlay));
        if (hadFocus) playButton.querySelector("button")?.focus();
      }
      slider.value = String(state.moment);
      where.textContent = whereText();
      slider.setAttribute("aria-valuetext", where.textContent);
    },
  };
}

function whereText() {
  const epoch = text("player.epoch", { epoch: epochText(timeline.times[state.moment]) });
  const steps = films.map(({ steps: made, title }, number) => {
    const step = text("player.step", { count: made[frameNow(number)] });
    return films.length > 1 ? `${title}: ${step}` : step;
  });
  return [epoch, ...steps].join(" · ");
}

function pace() {
  const label = text("player.pace");
  return menu(
    "pace",
    PACES.map((value) => [String(value), text("player.paced", { pace: value })]),
    String(state.pace),
    (value) => change({ pace: Number(value) }),
    { "aria-label": label, title: label },
  );
}

function logarithmic() {
  return button(
    "logarithmic",
    () => change({ logarithmic: !state.logarithmic }),
    { "aria-pressed": String(state.logarithmic), title: text("charts.logarithmic.hint") },
    text("charts.logarithmic"),
  );
}
