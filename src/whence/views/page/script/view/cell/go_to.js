import { byId, element } from "../../../../browser/script/dom.js";
import { text } from "../../../../browser/script/texts.js";
import { fragment, readCell } from "../../state/cells.js";
import { jump, traceNow } from "../../state/navigation.js";
import { pageData } from "../../state/page_data.js";
import { pause } from "../../state/playback.js";
import { state } from "../../state/state.js";
import { displayed } from "../formula/notation.js";

/** @import { Unread } from "../../state/cells.js" */

const MOST_ALIKE = 3;

/** A field in which a cell can be named, to go there; what keeps it from being found is said in words. */
export function goToField() {
  const trouble = element("p", { class: "trouble", role: "alert" });
  const field = element("input", {
    id: "go-to",
    "data-key": "go-to",
    list: "arrays",
    placeholder: pageData.start || "loss",
    "aria-label": text("goto.label"),
    title: text("goto.label"),
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    onfocus: pause,
    oninput: () => trouble.replaceChildren(),
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const read = readCell(field.value, state.cell.trace, displayed);
    if ("trouble" in read) trouble.replaceChildren(troubleText(read));
    else jump(read, { effects: { focus: fragment(read) } });
  };
  const names = [...traceNow().arrays.keys()].map((name) => element("option", { value: name }));
  return element(
    "form",
    { class: "go-to", onsubmit: submit },
    element("label", { for: "go-to" }, text("goto.label")),
    field,
    element("datalist", { id: "arrays" }, ...names),
    element("button", { type: "submit", "data-key": "go" , "aria-label": text("goto.label")}, "→"),
    trouble,
  );
}

/** @param {Unread} unread */
function troubleText({ trouble, values }) {
  return text(`goto.${trouble}`, trouble === "array" ? { ...values, alike: alike(String(values.name)) } : values);
}

/**
 * The arrays whose names are most like one that there is not.
 *
 * @param {string} name
 */
function alike(name) {
  const shared = (/** @type {string} */ other) => {
    const [one, two] = [name.toLowerCase(), other.toLowerCase()];
    let length = 0;
    while (length < one.length && one[length] === two[length]) length++;
    return length;
  };
  const names = [...traceNow().arrays.keys()].sort((one, other) => shared(other) - shared(one));
  return names.slice(0, MOST_ALIKE).join(", ");
}

/** Puts the keyboard into the field. */
export function focusGoTo() {
  byId("go-to").focus();
}
