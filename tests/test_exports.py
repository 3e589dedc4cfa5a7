"""The public names: which they are, and that they cost next to nothing."""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import orderlife

INIT = Path(orderlife.__file__)


def declared() -> dict[str, str]:
    """What a type checker sees: each name and its module."""
    found = {}
    stub = INIT.with_suffix(".pyi").read_text(encoding="utf-8")
    for node in ast.parse(stub).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                # Without ``as`` it would not be exported.
                assert alias.name == alias.asname
                found[alias.name] = str(node.module)
    return found


def test_the_public_names_are_listed_once() -> None:
    """The list is sorted, and ``dir`` gives it."""
    assert sorted(set(orderlife.__all__)) == orderlife.__all__
    assert dir(orderlife) == orderlife.__all__


@pytest.mark.parametrize("name", orderlife.__all__)
def test_a_public_name_is_what_its_module_has(name: str) -> None:
    """It resolves, to what the type checker thinks it is."""
    module = import_module(declared()[name])
    assert getattr(orderlife, name) is getattr(module, name)
    assert name in module.__all__


def test_type_checkers_see_the_same_names() -> None:
    """The imports for type checkers name all of them and no other."""
    assert sorted(declared()) == orderlife.__all__


def test_no_public_name_is_a_module_too() -> None:
    """Importing the module would hide the name."""
    modules = {
        found.name for found in pkgutil.iter_modules(orderlife.__path__)
    }
    assert not modules.intersection(orderlife.__all__)


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    """As with any module."""
    with pytest.raises(AttributeError, match="no attribute 'Ordr'"):
        _ = orderlife.Ordr  # type: ignore[attr-defined]


def imported_by(code: str) -> set[str]:
    """Run code in a new interpreter; give the modules that it imports."""
    code += "; import sys; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(ran.stdout.split())


def test_importing_orderlife_imports_nothing_else() -> None:
    """Names are imported when they are first used."""
    found = imported_by("import orderlife")
    ours = {name for name in found if name.startswith("orderlife")}
    assert ours == {"orderlife"}
    assert not found & {"attr", "attrs", "cattrs", "transitions"}


def test_deciding_needs_no_codec_and_no_fakes() -> None:
    """Whoever calls ``handle`` alone pays for nothing else."""
    found = imported_by("from orderlife import handle, Case, Money")
    assert "orderlife.house" in found
    heavy = {"cattrs", "hypothesis", "asyncio", "sqlite3", "socket"}
    assert not found & heavy
    assert not {n for n in found if n.startswith("orderlife.testing")}


def test_a_desk_needs_no_fakes() -> None:
    """The fakes are for those who ask for them."""
    found = imported_by("from orderlife import OrderDesk, AsyncOrderDesk")
    assert not {n for n in found if n.startswith("orderlife.testing")}
    assert not found & {"hypothesis", "cattrs"}


def test_the_codec_imports_cattrs_when_it_is_used() -> None:
    """Not before."""
    assert "cattrs" not in imported_by("import orderlife.codec")
