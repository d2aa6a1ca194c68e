"""Control characters, which a terminal or a reader would obey unseen, written so that they are seen."""

from __future__ import annotations

_LINES = (0x09, 0x0A)
_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]  # C0, DEL and C1
_OBEYED = [*_CONTROLS, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]  # ends of lines, bidirectional
_WRITTEN = {code: f"\\u{code:04x}" for code in _OBEYED}
_WRITTEN_BUT_LINES = {code: text for code, text in _WRITTEN.items() if code not in _LINES}


def visible(text: str) -> str:
    r"""Return a text with ``\u001b`` for Escape, and likewise for every control character but tabs and ends of lines.

    These are C0 and C1, separators of lines and paragraphs, and what changes the direction of writing. The notation is
    that of JSON, which remains the same JSON.
    """
    return text.translate(_WRITTEN_BUT_LINES)


def on_one_line(text: str) -> str:
    """Return a text as `visible` does, with tabs and ends of lines written likewise."""
    return text.translate(_WRITTEN)
