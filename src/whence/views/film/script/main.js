import { onChange } from "../../browser/script/changes.js";
import { timeline } from "./state/films.js";
import { goTo, move, togglePlay } from "./state/playback.js";
import { drawPage, drawPageAnew } from "./view/page.js";

onChange(drawPage);
drawPageAnew();
performance.mark("whence.ready");
addEventListener("keydown", onKey);
addEventListener("resize", drawPage);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawPageAnew);

/** @param {KeyboardEvent} event */
function onKey(event) {
  const at = event.target instanceof Element ? event.target : document.body;
  if (event.ctrlKey || event.altKey || event.metaKey || at.closest("input:not([type=range]), select")) return;
  if (event.key === "ArrowRight") move(1);
  else if (event.key === "ArrowLeft") move(-1);
  else if (event.key === "Home") goTo(0);
  else if (event.key === "End") goTo(timeline.last);
  else if (event.key === " " && !at.closest("button, a, summary")) togglePlay();
  else return;
  event.preventDefault();
}
