"""What the project promises about itself: its files, its needs, its gates."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module, metadata, resources
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.one_python

ROOT = Path(__file__).parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads(
    (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
)
TEST_COMMAND = "python3 -m pip install nox && nox -s tests"
DEMO_COMMAND = "python3 -m pip install nox && nox -s demo"
PACKAGES = ("orderlife", "orderlife_adapters")


def read(path: str | Path) -> str:
    """Read a file of the repository."""
    return (ROOT / path).read_text(encoding="utf-8")


def imported(source: str) -> Iterator[str]:
    """Name the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


@cache
def packages_by_file() -> dict[str, set[str]]:
    """Name the packages of which each file under src imports something."""
    return {
        path.relative_to(ROOT / "src").as_posix(): {
            name.partition(".")[0] for name in imported(read(path))
        }
        for path in (ROOT / "src").rglob("*.py")
    }


def importers_of(package: str) -> set[str]:
    """Name the files under src that import something of this package."""
    return {
        file for file, found in packages_by_file().items() if package in found
    }


def contracts() -> dict[str, dict[str, Any]]:
    """Give import-linter's contracts by their ids."""
    listed = PYPROJECT["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract for contract in listed}


@pytest.mark.parametrize("command", [DEMO_COMMAND, TEST_COMMAND])
def test_readme_prints_command_alone_in_a_block(command: str) -> None:
    """Each of the README's two commands can be copied as it stands."""
    assert f"```sh\n{command}\n```" in read("README.md")


def test_ci_runs_readme_test_command() -> None:
    """CI runs the very command that the README tells people to run."""
    assert f"bash -c '{TEST_COMMAND}'" in read(".ci/run")


PYTHON_IN_NAME = """#!/bin/sh
[ "$2" = venv ] || exit 0
mkdir -p "$3/bin" && : >"$3/bin/activate"
"""
NOX_IN_NAME = """#!/bin/sh
shift
for session; do
    echo "begun $session"
    [ "$session" != "$FAILS" ] || { echo "$session failed"; exit 1; }
done
"""


@pytest.fixture
def ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Run what CI runs, with programs in name only; one session fails."""
    for name, text in (("python3", PYTHON_IN_NAME), ("nox", NOX_IN_NAME)):
        program = tmp_path / name
        program.write_text(text)
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def run(fails: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / ".ci/run"],
            env={**os.environ, "FAILS": fails},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.mark.parametrize(
    "session",
    ["lint", "types", "imports", "generated", "docs", "demo", "tests"],
)
def test_ci_fails_with_any_session(
    ci: Callable[[str], subprocess.CompletedProcess[str]], session: str
) -> None:
    """Whichever fails is heard, and before the tests it ends the run."""
    ran = ci(session)

    assert ran.returncode == 1
    assert f"{session} failed" in ran.stdout
    assert ("begun tests" in ran.stdout) == (session == "tests")


def test_ci_ends_with_the_tests(
    ci: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    """All gates have passed then; of the demo nothing is heard."""
    ran = ci("none")

    assert (ran.returncode, ran.stderr) == (0, "")
    *gates, last = ran.stdout.splitlines()
    assert last == "begun tests"
    assert sorted(gates) == [
        f"begun {each}"
        for each in ("docs", "generated", "imports", "lint", "types")
    ]


def test_core_needs_three_packages() -> None:
    """Whoever installs orderlife gets attrs, cattrs and transitions too."""
    required = metadata.requires("orderlife") or []
    names = {
        re.split(r"[^\w.-]", requirement)[0]
        for requirement in required
        if "extra ==" not in requirement
    }

    assert names == {"attrs", "cattrs", "transitions"}


def test_what_is_optional_has_its_names() -> None:
    """The screen, speed, two databases' packages, and others."""
    assert metadata.metadata("orderlife").get_all("Provides-Extra") == [
        "address",
        "cli",
        "fast",
        "postgres",
        "sqlalchemy",
        "testing",
        "zones",
    ]


def test_version_has_an_entry_in_changelog() -> None:
    """The changelog tells what is in the version that is installed."""
    assert f"\n## {metadata.version('orderlife')}" in read("CHANGELOG.md")


def test_license_is_in_the_distribution() -> None:
    """The license is named by its SPDX expression, and comes along."""
    about = metadata.metadata("orderlife")

    assert about["License-Expression"] == "MIT"
    assert about.get_all("License-File") == ["LICENSE"]


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_typed(package: str) -> None:
    """A type checker reads the annotations of both packages."""
    assert resources.files(package).joinpath("py.typed").is_file()


def test_only_lifecycle_imports_transitions() -> None:
    """The state machine library is known to one file."""
    assert importers_of("transitions") == {"orderlife/_kernel/lifecycle.py"}


def test_orderlife_imports_no_adapter() -> None:
    """Adapters know the house, and the house does not know them."""
    importers = importers_of("orderlife_adapters")

    assert {i for i in importers if i.startswith("orderlife/")} == set()


PUBLIC = re.compile(
    r"""orderlife\.(
        building | codec | desk | errors | house | policy | timeline
        | ports(\.[a-z]\w*)?
        | testing(\.[a-z]\w*)*
        | rooms\.\w+\.(lifecycle | messages | model)
    )""",
    re.VERBOSE,
)
"""The modules that a user may import, besides ``orderlife`` itself."""


def private_imports(source: str, own: str) -> Iterator[str]:
    """Name what a program imports of orderlife that no user may.

    Args:
        source: one of its files.
        own: the program's own package, of which it may import all.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (
                alias.name
                for alias in node.names
                if alias.name.partition(".")[0] in PACKAGES
            )
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert not node.level, "imports are absolute"
            if module.partition(".")[0] not in PACKAGES:
                continue
            if f"{module}.".startswith(f"{own}."):
                continue
            public = module == "orderlife" or PUBLIC.fullmatch(module)
            known = import_module(module).__all__ if public else ()
            for alias in node.names:
                if alias.name not in known:
                    yield f"{module}.{alias.name}"


@pytest.mark.parametrize("program", ["demo", "replay"])
def test_programs_import_public_names_alone(program: str) -> None:
    """What they do, a user's program can do as well."""
    files = sorted((ROOT / "src/orderlife" / program).rglob("*.py"))
    found = {
        path.name: [*private_imports(read(path), f"orderlife.{program}")]
        for path in files
    }

    assert len(found) > 3
    assert {name: private for name, private in found.items() if private} == {}


def test_private_imports_are_found() -> None:
    """The rule above sees through each way to import."""
    source = """
import json, orderlife.engine
from orderlife import Money, _values, desk
from orderlife._values.money import Money
from orderlife.desk import OrderDesk, allowed
from orderlife.desk.desk import OrderDesk
from orderlife.demo import runner
from orderlife.demo.cli import main
from orderlife.rooms.order.decide import place
from orderlife.rooms.order.messages import PlaceOrder
from orderlife.testing import Clock
from orderlife.testing._kit import Clock
from orderlife_adapters.sqlite import SqliteOrderStore
def later():
    from orderlife.memory.clock import Clock
"""

    assert [*private_imports(source, "orderlife.demo")] == [
        "orderlife.engine",
        "orderlife._values",
        "orderlife.desk",
        "orderlife._values.money.Money",
        "orderlife.desk.allowed",
        "orderlife.desk.desk.OrderDesk",
        "orderlife.rooms.order.decide.place",
        "orderlife.testing._kit.Clock",
        "orderlife_adapters.sqlite.SqliteOrderStore",
        "orderlife.memory.clock.Clock",
    ]


def test_wheel_never_imports_pytest() -> None:
    """What ships for testing runs under any test runner."""
    assert importers_of("pytest") | importers_of("_pytest") == set()


def test_every_room_has_a_layer() -> None:
    """No module of orderlife is left out of the order of the imports."""
    layers = contracts()["one-way"]
    listed = set(re.findall(r"\w+", " ".join(layers["layers"])))
    rooms = {
        path.stem
        for path in (ROOT / "src/orderlife").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }

    assert layers["exhaustive"] is True
    assert rooms - {"__init__"} <= listed


def test_import_linter_guards_both_packages() -> None:
    """The contracts are kept by both packages, and see outside ones too."""
    config = PYPROJECT["tool"]["importlinter"]

    assert set(config["root_packages"]) == set(PACKAGES)
    assert config["include_external_packages"] is True
    assert set(contracts()) == {
        "adapters-outside",
        "asked-of-the-house",
        "ground",
        "hypothesis-in-testing",
        "messages-of-the-house",
        "no-pytest",
        "one-engine",
        "one-screen",
        "one-way",
        "ports-below-rooms",
        "programs-as-users",
        "programs-on-top",
        "pure-core",
        "room-contracts",
        "rooms-in-order",
    }


def test_the_kernel_has_no_exception_to_its_types() -> None:
    """Every room stands on it, and on what it says of itself."""
    for path in (ROOT / "src/orderlife/_kernel").glob("*.py"):
        assert "type: ignore" not in path.read_text(), path.name


MOST_LINES = 450
"""Of a module."""
MOST_LINES_OF_A_FUNCTION = 70


def is_generated(tree: ast.Module) -> bool:
    """Whether a module says that a tool has written it: it may be long."""
    return "\nGenerated by tools/" in (ast.get_docstring(tree) or "")


def aliases(tree: ast.Module) -> Iterator[str]:
    """Name what a module or a class of it calls by one letter.

    Variables of types are called so everywhere, and local ones may be.
    """
    bodies = [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef)
    ]
    for statement in chain.from_iterable(bodies):
        match statement:
            case ast.Assign(value=ast.Call(func=ast.Name(id=made))) if (
                made in {"TypeVar", "ParamSpec", "TypeVarTuple"}
            ):
                targets: list[ast.expr] = []
            case ast.Assign():
                targets = statement.targets
            case ast.AnnAssign():
                targets = [statement.target]
            case _:
                targets = []
        for target in targets:
            for node in ast.walk(target):
                if isinstance(node, ast.Name):
                    yield node.id
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and node.asname:
            yield node.asname


def too_large(source: str) -> list[str]:
    """Say where a module exceeds the limits, and what has no name."""
    tree = ast.parse(source)
    lines = source.count("\n")
    found = []
    if lines > MOST_LINES and not is_generated(tree):
        found.append(f"{lines} lines")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > MOST_LINES_OF_A_FUNCTION:
                found.append(f"{node.name}: {lines} lines")
    found += [
        f"{name}: one letter"
        for name in aliases(tree)
        if re.fullmatch("_*[A-Za-z]_*", name)
    ]
    return found


def too_large_modules() -> dict[str, list[str]]:
    """Name the modules under src that are too large, and in what."""
    found = {
        path.relative_to(ROOT / "src").as_posix(): too_large(read(path))
        for path in sorted((ROOT / "src").rglob("*.py"))
    }
    assert len(found) > 300
    return {path: what for path, what in found.items() if what}


def test_no_module_is_too_large() -> None:
    """A module has one subject, a function one thought, a thing its name."""
    assert too_large_modules() == {}


def test_too_large_modules_are_found() -> None:
    """The rule above sees each way to be too large, and no other."""
    source = """
from typing import ParamSpec, TypeVar
from orderlife import Money as M, Order as Known
T = TypeVar("T")
P = ParamSpec("P")
_K, Kept = Known, 1
class Kind:
    S: int = 5
    def short(self):
        x = 5
"""
    long = "def long():\n" + "    pass\n" * MOST_LINES_OF_A_FUNCTION
    table = "\n" * MOST_LINES + "X = 1\n"
    generated = '"""A table.\n\nGenerated by tools/x.py: do not edit.\n"""\n'

    assert too_large(source) == [
        "_K: one letter",
        "S: one letter",
        "M: one letter",
    ]
    assert too_large(long) == ["long: 71 lines"]
    assert too_large(long.replace("    pass\n", "", 1)) == []
    assert too_large(table.replace("X", "Kept")) == ["451 lines"]
    assert too_large(generated + table.replace("X", "Kept")) == []
    assert too_large(table.replace("X", "Kept")[1:]) == []


def test_core_is_covered_whole() -> None:
    """No part of the core can lose its tests unseen."""
    coverage = PYPROJECT["tool"]["coverage"]

    assert coverage["run"]["branch"] is True
    assert coverage["report"]["fail_under"] == 100
