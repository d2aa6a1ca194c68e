"""The site of the documentation: ``sphinx-build -W docs build/site`` after ``pip install ".[docs]"``.

The built folder needs no network and no server: open its ``index.html``.
"""

import os
import sys
from pathlib import Path

import whence

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # where `whence` is
os.environ["TTY_COMPATIBLE"] = "0"  # to rich: lessons show a bar once it is full, not each of its states

project = "whence"
author = "The whence developers"
release = version = whence.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "numpydoc",
    "extensions.docstrings",
    "extensions.reference",
    "extensions.lessons",
    "extensions.live_page",
    "extensions.drawings",
    "extensions.accessible",
    "extensions.wording",
    "extensions.mathml",
]
exclude_patterns = ["extensions"]
suppress_warnings = ["config.cache"]

myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"  # of this build alone: extensions.lessons
nb_execution_in_temp = True
nb_execution_timeout = 600
nb_merge_streams = True

default_role = "py:obj"
autodoc_typehints = "none"  # the docstrings say them in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_math_renderer = "mathml"
html_theme = "furo"
html_title = "whence"
html_static_path = ["style"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_show_search_summary = False  # it would fetch pages, which browsers refuse without a server
html_theme_options = {"navigation_with_keys": False}
html_domain_indices = False
templates_path = []
