import { displayedName, fragment } from "./cells.js";
import { element } from "./dom.js";
import { told } from "./names.js";
import { written } from "./numbers.js";
import { text } from "./texts.js";
import { isSmall, windowOf } from "./window.js";

/** A plane's numbers as a table whose cells can be clicked and walked over with the arrow keys. */
export function grid(trace, plane, marks, label) {
  const { top, left, bottom, right } = windowOf(plane, marks);
  const columns = range(left, right);
  const heading = [
    element("td", { class: "corner", "aria-hidden": "true" }, corner(plane, marks.letters)),
    ...columns.map((column) => header(plane, plane.across, column, "col")),
  ];
  const rows = range(top, bottom).map((row) =>
    element(
      "tr",
      {},
      plane.down === null ? null : header(plane, plane.down, row, "row"),
      ...columns.map((column) => cell(trace, plane, row, column, marks)),
    ),
  );
  if (plane.down === null) heading.shift();
  const head = plane.across === null ? null : element("thead", {}, element("tr", {}, ...heading));
  const cut = { top: top > 0, left: left > 0, bottom: bottom < plane.rows, right: right < plane.columns };
  const edges = Object.keys(cut)
    .filter((side) => cut[side])
    .map((side) => `cut-${side}`);
  const kind = [!isSmall(plane) && "window", plane.array.valueNames && "named"].filter(Boolean);
  return element(
    "table",
    { role: "grid", class: ["grid", ...kind, ...edges].join(" "), "aria-label": label },
    head,
    element("tbody", {}, ...rows),
  );
}

function corner({ down, across }, letters) {
  return letters[down] && letters[across] ? `${letters[down]}↓ ${letters[across]}→` : "";
}

function header(plane, axis, place, scope) {
  const name = plane.array.names?.[axis]?.[place] ?? String(place);
  return element("th", { scope, title: name === String(place) ? null : `${place}: ${name}` }, name);
}

function cell(trace, plane, row, column, { active, sources, filledTo, anchor }) {
  const { array } = plane;
  const offset = plane.offset(row, column);
  const value = array.values[offset];
  const pending = filledTo !== null && row * plane.columns + column > filledTo;
  const changed = array.changed?.[offset];
  const kinds = [
    offset === active && "active",
    sources?.has(offset) && "source",
    pending && "pending",
    changed && "changed",
  ].filter(Boolean);
  const shown = told(array, value);
  const place = { trace: trace.number, array: array.name, index: plane.cell(row, column) };
  const name = displayedName(place);
  const remarks = kinds.filter((kind) => kind !== "pending").map((kind) => text(`mark.${kind}`));
  if (shown !== written(value)) remarks.unshift(written(value));
  return element(
    "td",
    {
      role: "gridcell",
      class: kinds.join(" ") || null,
      tabindex: offset === anchor ? "0" : "-1",
      "aria-selected": offset === active ? "true" : null,
      "aria-description": remarks.join(", ") || null,
      title: remarks.length ? `${name}: ${remarks.join(", ")}` : name,
      "data-key": fragment(place),
      "data-row": row,
      "data-column": column,
    },
    pending ? "·" : shown,
  );
}

function range(start, end) {
  return Array.from({ length: end - start }, (_, place) => start + place);
}
