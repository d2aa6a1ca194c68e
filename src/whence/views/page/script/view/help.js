import { byId, element } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";

const KEYS = ["arrows", "space", "ends", "cells", "enter", "goto", "back"];

/** Opens the help, which stays until it is closed. */
export function showHelp() {
  const dialog = helpDialog();
  dialog.replaceChildren(
    element("h2", {}, text("help.title")),
    element("p", {}, text("help.about")),
    element(
      "dl",
      {},
      ...KEYS.flatMap((key) => [element("dt", {}, text(`help.${key}.key`)), element("dd", {}, text(`help.${key}`))]),
    ),
    element("button", { type: "button", onclick: () => dialog.close(), autofocus: true }, text("help.close")),
  );
  dialog.showModal();
}

export function isHelpOpen() {
  return helpDialog().open;
}

function helpDialog() {
  return /** @type {HTMLDialogElement} */ (byId("help"));
}
