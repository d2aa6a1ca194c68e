"""One self-contained page in which every number of a training step can be clicked and says where it came from."""

from whence.views.page.document import notebook_html, page_html, write_page

__all__ = ["notebook_html", "page_html", "write_page"]
__dir__ = __all__.copy
