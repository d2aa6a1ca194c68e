"""A drawing with what it shows, as markup."""

from html import escape


def figure(kind: str, size: tuple[float, float], drawn: str, label: str, caption: str | None = None) -> str:
    """Return a figure of a kind, which its style names, with a caption that is its label if none is given."""
    width, height = size
    box = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
    drawing = f'<svg {box} role="img" aria-label="{escape(label)}">{drawn}</svg>'
    return f'<figure class="drawing {kind}">{drawing}<figcaption>{escape(caption or label)}</figcaption></figure>'
