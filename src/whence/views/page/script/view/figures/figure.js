import { tableForm } from "../../../../browser/script/digits.js";
import { button, element } from "../../../../browser/script/dom.js";
import { preferences } from "../../../../browser/script/preferences.js";
import { text } from "../../../../browser/script/texts.js";
import { indexOf } from "../../core/arrays.js";
import { once } from "../../core/once.js";
import { choose } from "../../state/navigation.js";
import { recording } from "../../state/page_data.js";
import { sliceAt } from "../../state/slices.js";
import { change, state } from "../../state/state.js";
import { nameMath } from "../formula/mathml.js";
import { literalText, shapeText } from "../number_format.js";
import { isSmall } from "./crop.js";
import { heatmap } from "./heatmap.js";
import { images, imagesIn } from "./images.js";
import { marksOf } from "./marks.js";
import { table } from "./table.js";

/**
 * @import { TableForm } from "../../../../browser/script/digits.js"
 * @import { Slice } from "../../core/slice.js"
 * @import { Explanation } from "../../core/explanation.js"
 * @import { TracedArray } from "../../core/traced_array.js"
 * @import { View } from "../../state/state.js"
 * @import { Layout } from "./images.js"
 * @import { Sizes } from "./sizes.js"
 */

/**
 * An array in any size: its name and shape, its numbers, and where they are many, a picture of them all.
 *
 * @param {Explanation} explanation
 * @param {TracedArray} array
 * @param {"read" | "target" | "given"} role
 * @returns {(sizes: Sizes) => HTMLElement}
 */
export function figure(explanation, array, role) {
  const { trace, formula } = explanation;
  const marks = marksOf(explanation, array);
  const slice = sliceOf(array, marks.active, explanation.telling.get(array.name));
  const layout = imagesIn(array, recording.images, slice);
  const isVector = slice.down === null || slice.across === null;
  const form = tableForm(array.values, preferences.decimals);
  const label = text("figure.label", { name: array.name, shape: shapeText(array.shape) });
  const lettersInFormula = formula?.lettersOf(array.name);
  const letters = array.letters.map((letter, axis) => lettersInFormula?.[axis] || letter);
  const options = {
    choose: (/** @type {number[]} */ index) => choose({ trace: trace.number, array: array.name, index }),
    label,
  };
  const asImages = layout && once(() => images(array, layout, marks, options));
  const asMap = once(() => heatmap(slice, marks, options));
  const asTable = table(trace.number, slice, marks, { form, letters, label });
  return (sizes) => {
    /** @type {View[]} */
    const views = [];
    if (layout) views.push("images");
    if (!isSmall(slice, sizes) && !(isVector && sizes.compact)) views.push("map");
    const view = viewOf(array, views, layout);
    return element(
      "figure",
      { class: `array ${role}`, "data-array": array.name },
      caption(slice, form, views, view, letters),
      asImages && view === "images" ? asImages()(sizes) : null,
      view === "map" ? asMap()(sizes) : null,
      element("div", { class: "scroller" }, asTable(sizes)),
    );
  };
}

/**
 * The slice that the reader has chosen, or that of the active cell, or that of its most telling source.
 *
 * @param {TracedArray} array
 * @param {number} active
 * @param {number | undefined} telling
 */
function sliceOf(array, active, telling) {
  const index = state.slices[array.name] ?? indexOf(array, active >= 0 ? active : (telling ?? 0));
  return sliceAt(array, index);
}

/**
 * What is shown beside the table: what the reader has chosen if there is that, or else what the array rather is.
 *
 * @param {TracedArray} array
 * @param {View[]} views
 * @param {Layout | null} layout
 */
function viewOf(array, views, layout) {
  const chosen = state.views[array.name];
  if (views.includes(chosen)) return chosen;
  return layout && !layout.isFirst && views.includes("map") ? "map" : views.at(0);
}

/**
 * @param {Slice} slice
 * @param {TableForm} form
 * @param {View[]} views
 * @param {View | undefined} view
 * @param {string[]} letters
 */
function caption(slice, form, views, view, letters) {
  const { array } = slice;
  const changed = array.changed?.reduce((total, mark) => total + mark, 0);
  const isMatrix = slice.down !== null && slice.across !== null && !slice.held.length;
  return element(
    "figcaption",
    {},
    nameMath(array.name),
    element("span", { class: "shape" }, shapeText(isMatrix ? [slice.rows, slice.columns] : array.shape)),
    form.exponent ? element("span", { class: "power" }, "× 10", element("sup", {}, literalText(form.exponent))) : null,
    changed ? element("span", { class: "tally" }, text("figure.changed", { count: changed })) : null,
    views.length > 1 ? viewSwitch(array, views, view) : null,
    sliceSteppers(slice, letters),
  );
}

/**
 * Which two axes of an array lie on the screen, to be chosen.
 *
 * @param {Slice} slice
 * @param {string[]} letters
 */
function axesChoice({ array, down, across }, letters) {
  const axes = array.shape.map((_, axis) => axis).filter((axis) => array.shape[axis] > 1);
  const pairs = axes.flatMap((first) => axes.filter((axis) => axis > first).map((second) => [first, second]));
  const option = (/** @type {number[]} */ pair) =>
    element(
      "option",
      { value: pair.join(), selected: pair.join() === [down, across].join() },
      pair.map((axis) => axisName(axis, letters)).join(" × "),
    );
  const select = element("select", { "aria-label": text("figure.axes"), "data-key": `${array.name}/axes` }, ...pairs.map(option));
  select.addEventListener("change", () => {
    const [first, second] = select.value.split(",").map(Number);
    change({ axes: { ...state.axes, [array.name]: [first, second] } });
  });
  return select;
}

/**
 * The letter that an axis goes by in formulas, or else which axis it is.
 *
 * @param {number} axis
 * @param {string[]} letters
 */
function axisName(axis, letters) {
  return letters[axis] || text("figure.axis", { axis });
}

/**
 * @param {TracedArray} array
 * @param {View[]} views
 * @param {View | undefined} chosen
 */
function viewSwitch(array, views, chosen) {
  const choice = (/** @type {View} */ view) =>
    button(
      `${array.name}/${view}`,
      () => change({ views: { ...state.views, [array.name]: view } }),
      { "aria-pressed": String(view === chosen) },
      text(`figure.${view}`),
    );
  return element("span", { class: "switch" }, ...views.map(choice));
}

/**
 * Where an array has more than two axes: which slice of it is shown, with ways to the others.
 *
 * @param {Slice} slice
 * @param {string[]} letters
 */
function sliceSteppers(slice, letters) {
  const { array, held, index } = slice;
  if (!held.length) return null;
  const stepper = (/** @type {number} */ axis) => {
    const step = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ label) =>
      button(
        `${array.name}/${axis}${by}`,
        () => {
          const moved = [...index];
          moved[axis] = (index[axis] + by + array.shape[axis]) % array.shape[axis];
          change({ slices: { ...state.slices, [array.name]: moved } });
        },
        { "aria-label": text(label) },
        sign,
      );
    const place = `${axisName(axis, letters)} = ${index[axis]}`;
    return element("span", {}, step(-1, "‹", "figure.previous"), place, step(1, "›", "figure.next"));
  };
  return element("span", { class: "slices" }, axesChoice(slice, letters), ...held.filter((axis) => array.shape[axis] > 1).map(stepper));
}
