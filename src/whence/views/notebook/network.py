"""A network: a table of its layers, with the shapes of their outputs and their numbers of parameters."""

from __future__ import annotations

from whence.arguments import checks_arguments
from whence.nn import Sequential
from whence.nn.axes import shape_text
from whence.nn.summary import remarks_on, summary_rows
from whence.views.markup import element, html
from whence.views.notebook.tables import table
from whence.views.texts import Language, Texts


@checks_arguments
def network_html(net: Sequential, *, language: Language = "en") -> str:
    """Return a network as an HTML table, with the remarks of its layers below, in English.

    Parameters
    ----------
    net : Sequential
        The network.
    language : str
        The language: ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("notebook", language)
    layers = [
        [
            row.title,
            shape_text(row.layer.output_shape),
            texts.count(row.parameters) if row.first is None else texts("shared", path=row.first),
        ]
        for row in summary_rows(net)
    ]
    rows = [
        [texts("input"), shape_text(net.input_shape), ""],
        *layers,
        [texts("total"), "", texts.count(net.theta.size)],
    ]
    head = [texts("layer"), texts("output"), texts("parameters")]
    return html(element("div", table(head, rows), *(element("p", remark) for remark in remarks_on(net))))
