"""A derivation as a LaTeX document for pdflatex with amsmath."""

from __future__ import annotations

from whence.arguments import checks_arguments
from whence.views.derivation.outline import Derivation
from whence.views.derivation.with_latex import WithLatex
from whence.views.mathematics.latex import text_mode

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
_HEADINGS = {2: r"\section{%s}", 3: r"\subsection{%s}"}
_SIGNS = {
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
    begin = f"{_PREAMBLE}{{\\Large {_prose(derivation.title)}\\par}}"
    return "\n\n".join([begin, *map(_PRINTER.section, derivation.sections), "\\end{document}\n"])


def _prose(text: str) -> str:
    """Return text with LaTeX's special characters escaped, and signs that its fonts lack as mathematics."""
    escaped = text_mode(text)
    for sign, command in _SIGNS.items():
        escaped = escaped.replace(sign, command)
    return escaped


def _code(text: str) -> str:
    return f"\\texttt{{{_prose(text)}}}"


_PRINTER = WithLatex(_prose, _code, _HEADINGS, "\\[\n%s\n\\]", r"{\small %s\par}", gap="\n")
