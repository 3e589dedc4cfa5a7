"""Every check of this project, each a session.

::

    nox              all the gates
    nox -s tests     the tests, on every Python that is found
    nox -s demo      a day in the life of a shop
    nox -l           what else there is

A session installs what it needs into an environment of its own, which the
next run uses again. With uv on the path that is quicker, without it all the
same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nox

if sys.version_info < (3, 11):  # noqa: UP036, nox itself runs on less
    msg = (
        "orderlife needs Python 3.11 or later, and this nox runs on "
        f"{sys.version.split()[0]}: install nox with a later Python."
    )
    raise SystemExit(msg)

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
HERE = "{}.{}".format(*sys.version_info[:2])
"""The Python that runs nox: it runs every session."""
PYTHONS = (HERE, *(v for v in ("3.11", "3.12", "3.13") if v != HERE))
"""The tests run on each of these that is on the machine."""

# Tests start hundreds of processes, each of which would compile them anew
# where a machine keeps no bytecode. It lies apart from the sources: nothing
# is left beside them.
BYTECODE = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(ROOT / ".nox" / "bytecode"),
}

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = [
    "lint",
    "types",
    "imports",
    "generated",
    "docs",
    "tests",
    "demo",
]
# A Python that is not here is skipped, and said to be: also in CI, and
# nothing is downloaded for it.
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"


@nox.session
def lint(session: nox.Session) -> None:
    """Layout and lint, by Ruff."""
    session.install(*group("lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, by mypy: the library, its tests and its tools."""
    session.install("-e", ".", *group("types", "tests", "docs"))
    session.run("mypy", *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """Who may import whom, by import-linter."""
    session.install("-e", ".", *group("imports"))
    session.run("lint-imports", "--no-cache")


@nox.session
def generated(session: nox.Session) -> None:
    """Generated files are what their generators write today."""
    session.install("-e", ".", *group("generate"))
    session.run("python", "tools/generate_currencies.py", "--check")
    session.run("python", "tools/generate_countries.py", "--check")
    session.run("python", "tools/generate_exports.py", "--check")
    session.run("python", "tools/generate_diagrams.py", "--check")
    session.run("python", "tools/generate_choreography.py", "--check")
    session.run("python", "tools/generate_golden.py", "--check")
    session.run("python", "tools/generate_conformance.py", "--check")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, where a warning is an error."""
    session.install("-e", ".[cli,testing]", *group("docs"))
    # -E reads every page again: a page that has not changed would not warn.
    session.run(
        *("sphinx-build", "-W", "-n", "--keep-going", "-E", "-q"),
        *("-d", str(Path(session.create_tmp()) / "doctrees")),
        "docs",
        "docs/_build/html",
    )


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The tests, against the package as it is installed.

    What no version of Python decides (`one_python`) runs on one alone: the
    long searches, frozen histories, deaths but for a few, many at once on
    one database, the files of this project. The rest runs on each, and reaches
    every line and branch of the core by itself: so each line runs on each
    Python. That is measured on the Python that runs nox, and what the rest
    of the house lacks is listed. Arguments after `--` go to pytest, and
    then nothing is left out or measured.

    All of it goes through the same examples each time, and as few as are
    enough; `nox -s deep` has thousands, and a death at every boundary.
    """
    session.install(".", *group("tests"))
    session.env.update(BYTECODE)
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    # A file stays on one core: the examples of a page build on each other.
    # In the order of their names: by the number of their tests, those with
    # the fewest and longest would be last, and one core idle.
    each = (
        *("--numprocesses=auto", "--dist=loadfile", "--no-loadscope-reorder"),
        *("-m", "not one_python"),
    )
    if session.python != HERE:
        session.run("pytest", *each)
        return
    # A few files are long here, and no test builds on another: no core
    # waits for the end of a file.
    once = ("--numprocesses=auto", "--dist=worksteal", "-m", "one_python")
    session.run("pytest", *once, "tests")
    session.run("pytest", *each, "--cov")
    rest = PROJECT["tool"]["coverage"]["report"]["omit"]
    session.log("The core is covered. The rest of the house, for information:")
    session.run(
        *("coverage", "report", "--fail-under=0"),
        # Of the two lists only one is in force: this one omits no file.
        *(f"--include={','.join(rest)}", "--omit=*/none/*"),
        log=False,
        success_codes=[0, 1],
    )


@nox.session
def deep(session: nox.Session) -> None:
    """Thousands of random lives, new ones each time; how many after `--`.

    And as many changes of rows in both databases; a death at every
    boundary of a life, pairs of deaths, a long soak.
    """
    session.install(".", *group("tests"))
    session.env.update(BYTECODE)
    number = session.posargs[0] if session.posargs else "3000"
    session.run(
        *("pytest", "--numprocesses=auto", "--dist=loadfile"),
        "tests/lives",
        "tests/process/test_random_lives.py",
        "tests/process/test_after_the_end.py",
        "tests/simulation/test_bugs.py",
        "tests/order/test_allowances.py",
        "tests/hostile/test_order_rows.py",
        "tests/hostile/test_stock_rows.py",
        env={"HYPOTHESIS_SEARCH": "1", "ORDERLIFE_EXAMPLES": number},
    )
    session.run(
        *("pytest", "--numprocesses=auto", "--dist=loadfile"),
        "tests/crash",
        env={"ORDERLIFE_DEEP": "1"},
    )


@nox.session
def soak(session: nox.Session) -> None:
    """Workers killed for minutes, on each database; seconds after `--`.

    Four workers that fold closed orders away, a clerk, and a reader of
    the feed; the server of PostgreSQL is killed, too.
    """
    session.install(".", *group("tests"))
    session.env.update(BYTECODE)
    seconds = session.posargs[0] if session.posargs else "480"
    session.run(
        *("pytest", "--numprocesses=0", "--capture=no", "-k", "test_soak_on"),
        "tests/crash/test_soak.py",
        env={"ORDERLIFE_SOAK": seconds},
    )


@nox.session
def demo(session: nox.Session) -> None:
    """A day in the life of a shop; arguments after `--` go to it."""
    session.install(".[cli]")
    session.run("python", "-m", "orderlife", "demo", *session.posargs)


@nox.session
def simulate(session: nox.Session) -> None:
    """The simulator, for long; arguments after `--` go to it instead."""
    session.install(".[cli]")
    long = session.posargs or ("--schedules", "100000")
    session.run("python", "-m", "orderlife", "simulate", *long)


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks; arguments after `--` go to them."""
    session.install(".", *group("bench"))
    session.run("python", "benchmarks/run.py", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Small changes to the core must not pass; modules after `--`."""
    session.install("-e", ".", *group("mutants"))
    session.run("python", "tools/mutants.py", *session.posargs)


def group(*names: str) -> tuple[str, ...]:
    """Say what stands in these dependency groups of pyproject.toml."""
    return nox.project.dependency_groups(PROJECT, *names)


def interpreters(version: str) -> Iterator[Path]:
    """Find where this Python may be, though it may not be on the path.

    What version managers install lies side by side: that of the Python
    that runs nox is asked first, then the usual ones.
    """
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME", home / ".local/share"))
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv"))
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", data / "uv/python"))
    name = f"python{version}"
    for versions in (
        Path(sys.base_prefix).parent,
        pyenv / "versions",
        uv,
        home / ".asdf/installs/python",
        data / "mise/installs/python",
    ):
        # The latest first: 3.12.10 comes before 3.12.9.
        found = versions.glob(f"*/bin/{name}")
        yield from sorted(found, key=_digits, reverse=True)
    for folder in ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"):
        yield Path(folder, name)


def _digits(path: Path) -> tuple[int, ...]:
    digits = "".join(c if c.isdigit() else " " for c in str(path))
    return tuple(map(int, digits.split()))


def works(python: Path | str, version: str) -> bool:
    """Tell whether it runs and is this version.

    A file of that name may be a shim that only says where it would look.
    """
    say = "import sys; print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        ran = subprocess.run(  # noqa: S603
            [python, "-c", say],
            capture_output=True,
            check=False,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ran.returncode == 0 and ran.stdout.strip() == version


def put_on_path() -> None:
    """Let nox find the interpreters that are here, but not on the path."""
    for version in PYTHONS:
        on_path = shutil.which(f"python{version}")
        if version == HERE or (on_path and works(on_path, version)):
            continue
        for python in interpreters(version):
            if works(python, version):
                os.environ["PATH"] += os.pathsep + str(python.parent)
                break


put_on_path()
