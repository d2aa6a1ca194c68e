"""A self-contained HTML page on which a click on any number of a training step shows where it came from."""

from whence.views.page.document import notebook_html, page_html, write_page

__all__ = ["notebook_html", "page_html", "write_page"]
__dir__ = __all__.copy
