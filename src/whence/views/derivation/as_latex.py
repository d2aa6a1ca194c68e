"""A derivation as a LaTeX document with amsmath: for pdflatex, and in Chinese for xelatex with ctex."""

from __future__ import annotations

from whence.arguments import checks_arguments
from whence.views.derivation.outline import Derivation
from whence.views.derivation.with_latex import WithLatex
from whence.views.mathematics.latex import text_mode
from whence.views.texts import Language

_CLASSES: dict[Language, str] = {
    "en": r"""\documentclass[a4paper,10pt]{article}
\usepackage[utf8]{inputenc}""",
    "ru": r"""\documentclass[a4paper,10pt]{article}
\usepackage[T2A]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[russian]{babel}""",
    "zh": r"\documentclass[a4paper,10pt,UTF8]{ctexart}",
}
_PREAMBLE = r"""
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
    "σ": r"$\sigma$",
    "π": r"$\pi$",
    "η": r"$\eta$",
    "√": r"$\surd$",
    "²": "$^2$",
    "≤": r"$\le$",
    "ℓ": r"$\ell$",
    "x̂": r"$\hat{x}$",
}


@checks_arguments
def as_latex(derivation: Derivation) -> str:
    """Return a derivation as a LaTeX document."""
    begin = f"{_CLASSES[derivation.language]}{_PREAMBLE}{{\\Large {_prose(derivation.title)}\\par}}"
    return "\n\n".join([begin, *map(_PRINTER.section, derivation.sections), "\\end{document}\n"])


def _prose(text: str) -> str:
    """Return text with LaTeX's special characters escaped, and signs that its fonts lack as mathematics."""
    escaped = text_mode(text)
    for sign, command in _SIGNS.items():
        escaped = escaped.replace(sign, command)
    return escaped


def _code(text: str) -> str:
    return f"\\texttt{{{_prose(text)}}}"


_PRINTER = WithLatex(_prose, _prose, _code, _HEADINGS, "\\[\n%s\n\\]", r"{\small %s\par}", gap="\n")
