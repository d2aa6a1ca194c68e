"""A self-contained HTML page that shows the film of a training, or those of two side by side."""

from whence.views.film.document import film_html, write_film

__all__ = ["film_html", "write_film"]
__dir__ = __all__.copy
