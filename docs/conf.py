"""How Sphinx builds these pages. It needs no network to do so."""

from __future__ import annotations

import re
import sys
from importlib import metadata

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.ext.napoleon.docstring import GoogleDocstring

project = "orderlife"
author = "orderlife contributors"
copyright = f"2026, {author}"
release = metadata.version("orderlife")
version = release

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"orderlife {release}"
html_copy_source = False

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"

# A name of this project that leads nowhere is an error. Names of Python and
# of other packages would need their inventories, and so the network. Private
# names and type variables have no place in these pages.
nitpicky = True
_elsewhere = "|".join(
    re.escape(name)
    for name in sorted(
        {
            *sys.stdlib_module_names,
            *dir(sys.modules["builtins"]),
            *("attr", "attrs", "cattr", "cattrs", "hypothesis", "transitions"),
        },
    )
)
nitpick_ignore_regex = [
    ("py:.*", rf"(?:{_elsewhere})(?:\..*)?"),
    ("py:.*", r"(?:\w+\.)*(?:_\w+|[A-Z])"),
]


def setup(app: Sphinx) -> None:
    """Teach Sphinx the two things that no setting can.

    A mermaid diagram is shown as its source, which people can read.
    """
    app.add_lexer("mermaid", TextLexer)
    app.connect("autodoc-process-docstring", _google_style)


def _google_style(
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    lines: list[str],
) -> None:
    """Read Args, Returns and Raises, as the extension napoleon does.

    But not below an attribute, where napoleon takes what stands before the
    first colon for a type, and ours are sentences.
    """
    del app, name, obj, options
    if what not in {"attribute", "data", "property"}:
        lines[:] = GoogleDocstring(lines).lines()
