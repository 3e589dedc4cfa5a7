"""How Sphinx builds these pages. It needs no network to do so."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
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
add_module_names = False
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"

# A name of this project that leads nowhere is an error. Names of Python and
# of other packages would need their inventories, and so the network. Private
# names, private modules and type variables have no place in these pages.
nitpicky = True
_elsewhere = "|".join(
    re.escape(name)
    for name in sorted(
        {
            *sys.stdlib_module_names,
            *dir(sys.modules["builtins"]),
            *("attr", "attrs", "cattr", "cattrs", "hypothesis", "transitions"),
            # Named where only a type checker looks.
            *(
                "Cell",
                "Converter",
                "Dialect",
                "Durability",
                "Given",
                "Lifecycle",
                "MetaData",
            ),
            *("Connections", "Opened", "OwnPool", "Path", "Table"),
            *("st", "timedelta"),
            # psycopg's own.
            "psycopg_pool",
            *("AsyncConnection", "AsyncConnectionPool"),
            *("Connection", "ConnectionPool"),
        },
    )
)
nitpick_ignore_regex = [
    ("py:.*", rf"(?:{_elsewhere})(?:\..*)?"),
    ("py:.*", r"~?(?:\w+\.)*(?:_\w+(?:\.\w+)*|[A-Z](?:\w*T)?)"),
    # How an engine does its work.
    (
        "py:.*",
        r"orderlife\.engine\.(?:batches|calls|driving|due|durability|hand)\.\w+",
    ),
    ("py:.*", r"orderlife\.engine\.(?:intake|performer|stuck|units)\.\w+"),
]


def setup(app: Sphinx) -> None:
    """Teach Sphinx the three things that no setting can.

    A mermaid diagram is shown as its source, which people can read.
    """
    app.add_lexer("mermaid", TextLexer)
    app.connect("autodoc-process-docstring", _google_style)
    app.connect("missing-reference", _by_its_last_name)


def _by_its_last_name(
    app: Sphinx,
    env: BuildEnvironment,
    node: pending_xref,
    contnode: Any,
) -> Any:
    """Find what is exported elsewhere than it is defined.

    A name that is on one page only leads there, by whichever module.
    """
    if node.get("refdomain") != "py":
        return None
    last = node["reftarget"].rpartition(".")[2]
    domain = env.domains.python_domain
    found = [n for n in domain.objects if n.rpartition(".")[2] == last]
    if len(found) != 1:
        return None
    return domain.resolve_xref(
        env,
        node["refdoc"],
        app.builder,
        node["reftype"],
        found[0],
        node,
        contnode,
    )


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
