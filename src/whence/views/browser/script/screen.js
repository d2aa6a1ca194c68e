/** Waits until the screen shows what has been drawn so far. */
export function onScreen() {
  return new Promise((resume) => requestAnimationFrame(() => setTimeout(resume)));
}

/** Whether the screen is as narrow as a telephone's, where figures stand below each other; the styles know the same width. */
export function isNarrow() {
  return matchMedia("(max-width: 40rem)").matches;
}
