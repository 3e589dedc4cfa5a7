"""Measure what orderlife costs.

::

    python benchmarks/run.py                all of it, some minutes
    python benchmarks/run.py lives memory   some of it
    python benchmarks/run.py --quick        only whether it runs
    python benchmarks/run.py --json         one document, for programs

Every time is CPU time of one core, and the median of several runs.
What is compared is measured turn by turn, in one run.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

# Run as a script, Python looks for modules beside it: look a floor higher.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.measure import Figure, machine  # noqa: E402

NAMES = (
    "shops",
    "lives",
    "transitions_share",
    "lines",
    "memory",
    "stored",
    "stores",
    "imports",
    "inventory",
    "words",
    "scans",
    "timers",
    "workers",
    "postgres",
)


def main() -> None:
    """Run what was asked for, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", default=NAMES)
    parser.add_argument("--json", action="store_true", help="one document")
    parser.add_argument(
        "--quick", action="store_true", help="few runs: proves nothing"
    )
    asked = parser.parse_args()
    unknown = set(asked.names).difference(NAMES)
    if unknown:
        parser.error(f"no {', '.join(unknown)}; there is {', '.join(NAMES)}")
    if asked.json:
        results = {name: measure(name, asked.quick) for name in asked.names}
        print(json.dumps(document(results, quick=asked.quick), indent=2))
        return
    about = machine()
    print(
        f"{about['implementation']} {about['python']}, "
        f"{about['cpus']} x {about['cpu']}"
    )
    for name in asked.names:
        print(f"\n{name}: {headline(name)}")
        for figure in measure(name, asked.quick):
            print(figure)


def headline(name: str) -> str:
    """Say what a benchmark measures: its docstring's first line."""
    doc = import_module(f"benchmarks.{name}").__doc__ or ""
    return doc.splitlines()[0]


def measure(name: str, quick: bool) -> tuple[Figure, ...]:
    """Run one benchmark."""
    found: tuple[Figure, ...] = import_module(f"benchmarks.{name}").measure(
        quick=quick
    )
    return found


def document(
    results: dict[str, tuple[Figure, ...]], *, quick: bool
) -> dict[str, object]:
    """Make one document of the figures and of where they come from."""
    return {
        "machine": machine(),
        "quick": quick,
        "benchmarks": {
            name: {
                figure.name: {
                    "value": figure.value,
                    "unit": figure.unit,
                    "aim": figure.aim,
                }
                for figure in figures
            }
            for name, figures in results.items()
        },
    }


if __name__ == "__main__":
    main()
