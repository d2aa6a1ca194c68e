import { move, moveToEnd, partNow, togglePlay } from "../state/playback.js";
import { recording } from "../state/page_data.js";
import { prefer } from "../state/preferences.js";
import { state } from "../state/state.js";
import { button, element, menu, svg } from "./dom.js";
import { text } from "./texts.js";

const PACES = [0.5, 1, 2, 5, 10];

const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  previous: "M11 3v10L4 8z",
  play: "M4 2l10 6-10 6z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  next: "M5 3l7 5-7 5z",
};

/** The buttons of the player. */
export function player() {
  const part = partNow();
  const last = recording.parts.length - 1;
  const play = state.playing ? "pause" : "play";
  return element(
    "div",
    { class: "controls", role: "group", "aria-label": text("player.label") },
    control("first", "player.first", () => moveToEnd(false), part === 0),
    control("previous", "player.previous", () => move(-1), part === 0),
    control(play, "play", togglePlay),
    control("next", "player.next", () => move(1), part === last),
    pace(),
  );
}

/**
 * @param {keyof typeof ICONS} name
 * @param {string} key
 * @param {() => void} action
 */
function control(name, key, action, disabled = false) {
  const label = text(`player.${name}`);
  const icon = svg("path", { d: ICONS[name] });
  return button(
    key,
    action,
    { disabled, "aria-label": label, title: label },
    svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, icon),
  );
}

function pace() {
  const label = text("player.pace");
  return menu(
    "pace",
    PACES.map((value) => [String(value), `${value}×`]),
    String(state.preferences.pace),
    (value) => prefer({ pace: Number(value) }),
    { "aria-label": label, title: label },
  );
}
