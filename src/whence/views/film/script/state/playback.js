import { timeline } from "./films.js";
import { change, state } from "./state.js";

/** When the moment on show was reached, while the film is played. */
let reached = 0;

/** Plays from the moment on show, or from the beginning at the end, until the end or a pause. */
export function togglePlay() {
  if (state.playing) change({ playing: false });
  else {
    change({ playing: true, moment: state.moment === timeline.last ? 0 : state.moment });
    reached = performance.now();
    requestAnimationFrame(advance);
  }
}

/** @param {number} now */
function advance(now) {
  if (!state.playing) return;
  const passed = Math.floor(((now - reached) * state.pace) / 1000);
  if (passed > 0) {
    reached += (passed * 1000) / state.pace;
    const moment = Math.min(timeline.last, state.moment + passed);
    change({ moment, playing: moment < timeline.last });
  }
  if (state.playing) requestAnimationFrame(advance);
}

/** @param {number} moment */
export function goTo(moment) {
  change({ moment: Math.max(0, Math.min(timeline.last, moment)), playing: false });
}

/** @param {number} by */
export function move(by) {
  goTo(state.moment + by);
}
