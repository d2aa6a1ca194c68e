import { element, menu } from "../../../browser/script/dom.js";
import { iconButton } from "../../../browser/script/icon_button.js";
import { prefer, preferences } from "../../../browser/script/preferences.js";
import { text } from "../../../browser/script/texts.js";
import { move, moveToEnd, partNow, togglePlay } from "../state/playback.js";
import { recording } from "../state/page_data.js";
import { state } from "../state/state.js";

/** @import { Icon } from "../../../browser/script/icon_button.js" */

const PACES = [0.5, 1, 2, 5, 10];

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
 * @param {Icon} name
 * @param {string} key
 * @param {() => void} action
 */
function control(name, key, action, disabled = false) {
  return iconButton(name, text(`player.${name}`), key, action, disabled);
}

function pace() {
  const label = text("player.pace");
  return menu(
    "pace",
    PACES.map((value) => [String(value), `${value}×`]),
    String(preferences.pace),
    (value) => prefer({ pace: Number(value) }),
    { "aria-label": label, title: label },
  );
}
