import { preferences } from "./preferences.js";

/** From roomy to tight: where it is tight, the figure that is filled stands beside those that it is made from. */
const ROOMS = [
  { tight: false, largestTable: 16, picture: { width: 360, height: 280 }, map: { width: 340, height: 180 } },
  { tight: true, largestTable: 8, picture: { width: 300, height: 180 }, map: { width: 300, height: 140 } },
  { tight: true, largestTable: 6, picture: { width: 300, height: 100 }, map: { width: 240, height: 90 } },
];

/** How much room every figure may take. */
export let room = ROOMS[0];

let fitted = null;

/**
 * Draws the figures of an array as large as they can be seen all at once, or else as small as they go.
 *
 * What has been found for an array holds for all of its cells, so that nothing jumps on the way from one to the next.
 */
export function drawToFit({ trace, array }, draw) {
  const circumstances = JSON.stringify([trace, array, innerWidth, innerHeight, preferences]);
  if (circumstances === fitted) {
    draw();
    return;
  }
  fitted = circumstances;
  for (room of ROOMS) {
    document.querySelector("main").classList.toggle("tight", room.tight);
    draw();
    if (areInSight()) return;
  }
}

/** Whether all figures end above the bench where the page is not scrolled. */
function areInSight() {
  const bottom = document.getElementById("figures").getBoundingClientRect().bottom + scrollY;
  return bottom <= innerHeight - document.getElementById("bench").offsetHeight;
}
