import { element } from "./dom.js";
import { heatmap } from "./heatmap.js";
import { indexOf } from "./cells.js";
import { nameMath } from "./mathml.js";
import { grid } from "./matrix.js";
import { counted, shapeText } from "./numbers.js";
import { pictures, picturesIn } from "./picture.js";
import { Plane } from "./plane.js";
import { redraw, state } from "./state.js";
import { text } from "./texts.js";
import { isSmall } from "./window.js";

/** Which arrays the reader wants to see as pictures or as maps, by name. */
const chosenViews = new Map();

/** An array: its name and shape, its numbers, and where they are many, a picture of them all. */
export function figure(trace, array, marks, role, choose) {
  const plane = planeOf(array, marks);
  const held = picturesIn(array, state.lesson.images, plane);
  const views = [held && "pictures", !isSmall(plane) && "map"].filter(Boolean);
  const view = views.includes(chosenViews.get(array.name)) ? chosenViews.get(array.name) : preferred(views, held);
  const label = text("figure.label", { name: array.name, shape: shapeText(array.shape) });
  const anchored = { ...marks, anchor: plane.offset(plane.row(), plane.column()) };
  return element(
    "figure",
    { class: `array ${role}`, "data-array": array.name },
    caption(array, plane, views, view, marks.letters),
    view === "pictures" ? pictures(array, held, marks, { choose, label }) : null,
    view === "map" ? heatmap(plane, marks, { choose, label }) : null,
    element("div", { class: "scroller" }, grid(trace, plane, anchored, label)),
  );
}

export function planeOf(array, { active, telling }) {
  const shown = active >= 0 ? active : telling;
  return new Plane(array, state.shown[array.name] ?? (shown === undefined ? undefined : indexOf(array, shown)));
}

function preferred(views, held) {
  return held && !held.first && views.includes("map") ? "map" : views[0];
}

function caption(array, plane, views, view, letters) {
  const changed = array.changed?.reduce((total, mark) => total + mark, 0);
  const shape =
    plane.down !== null && plane.across !== null && !plane.held.length ? [plane.rows, plane.columns] : array.shape;
  return element(
    "figcaption",
    {},
    nameMath(array.name),
    element("span", { class: "shape" }, shapeText(shape)),
    changed ? element("span", { class: "tally" }, text("figure.changed", { count: counted(changed) })) : null,
    views.length > 1 ? switcher(array, views, view) : null,
    slices(plane, letters),
  );
}

function switcher(array, views, view) {
  const button = (name) =>
    element(
      "button",
      {
        type: "button",
        "aria-pressed": String(name === view),
        "data-key": `${array.name}/${name}`,
        onclick: () => {
          chosenViews.set(array.name, name);
          redraw();
        },
      },
      text(`figure.${name}`),
    );
  return element("span", { class: "switch" }, ...views.map(button));
}

/** Where an array has more than two axes: which slice of it is shown, with a way to the others. */
function slices(plane, letters) {
  const { array } = plane;
  if (!plane.held.length) return null;
  const stepper = (axis) => {
    const step = (by) => () => {
      const index = [...plane.index];
      index[axis] = (index[axis] + by + array.shape[axis]) % array.shape[axis];
      state.shown[array.name] = index;
      redraw();
    };
    const button = (by, sign, label) =>
      element(
        "button",
        { type: "button", onclick: step(by), "aria-label": text(label), "data-key": `${array.name}/${axis}${by}` },
        sign,
      );
    const place = `${letters[axis]} = ${plane.index[axis]}`;
    return element("span", {}, button(-1, "‹", "figure.previous"), place, button(1, "›", "figure.next"));
  };
  return element("span", { class: "slices" }, ...plane.held.filter((axis) => array.shape[axis] > 1).map(stepper));
}
