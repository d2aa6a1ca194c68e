"""A derivation as a LaTeX document for pdflatex with amsmath."""

from __future__ import annotations

import re

from whence.arguments import checks_arguments
from whence.formula.layout import Node, Operator, row
from whence.views.derivation.outline import Block, Code, Derivation, Equation, Numbers, Paragraph, Section
from whence.views.mathematics.latex import aligned, to_latex

_PREAMBLE = r"""\documentclass[a4paper,10pt]{article}
\usepackage[utf8]{inputenc}
\usepackage{amsmath}
\usepackage[a4paper,margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6em}
\setcounter{secnumdepth}{0}
\setcounter{MaxMatrixCols}{20}
\setlength{\arraycolsep}{3pt}
\raggedright
\allowdisplaybreaks
\begin{document}
"""
_HEADINGS = {2: "section", 3: "subsection"}
_ESCAPED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "→": r"$\rightarrow$",
    "←": r"$\leftarrow$",
    **{sign: f"$_{digit}$" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    "−": "$-$",
    "′": r"$'$",
    "…": r"\dots{}",
    "γ": r"$\gamma$",
    "β": r"$\beta$",
    "δ": r"$\delta$",
    "x̂": r"$\hat{x}$",
}


@checks_arguments
def as_latex(derivation: Derivation) -> str:
    """Return a derivation as a LaTeX document."""
    title = f"{{\\Large {_prose(derivation.title)}\\par}}\n"
    return "\n".join([_PREAMBLE + title, *map(_section, derivation.sections), "\\end{document}\n"])


def _section(section: Section) -> str:
    heading = f"\\{_HEADINGS[section.level]}{{{_prose(section.title)}}}"
    return "\n\n".join([heading, *map(_block, section.blocks)]) + "\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph(parts):
            return "".join(map(_part, parts))
        case Equation(_, forms, about, numbers):
            text = f"{_display(aligned(forms))}\n{_small(_block(about))}"
            return text if numbers is None else f"{text}\n\n{_block(numbers)}"
        case Numbers(tables, cell, note):
            lines = [_display(to_latex(row(name, Operator("="), table))) for name, table in tables]
            lines += [_small(f"({_prose(note)})")] if note else []
            return "\n".join(lines if cell is None else [*lines, _display(aligned([cell]))])


def _part(part: str | Code | Node) -> str:
    if isinstance(part, Node):
        return f"${to_latex(part).strip()}$"
    return _prose(part) if isinstance(part, str) else f"\\texttt{{{_prose(part.text)}}}"


def _small(text: str) -> str:
    return f"{{\\small {text}\\par}}"


def _display(latex: str) -> str:
    return f"\\[\n{latex}\n\\]"


def _prose(text: str) -> str:
    """Return text with LaTeX's special characters escaped."""
    escaped = re.sub(r"([_&%#{}$])", r"\\\1", text.replace("\\", "\0")).replace("\0", "\\")
    for sign, command in _ESCAPED.items():
        escaped = escaped if sign == "\\" else escaped.replace(sign, command)
    return escaped
