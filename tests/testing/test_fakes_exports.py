"""What orderlife.testing promises about itself."""

from __future__ import annotations

import subprocess
import sys

import orderlife.testing


def test_exports_are_sorted_and_there() -> None:
    """Every public name is listed once, in order, and can be imported."""
    names = orderlife.testing.__all__
    constants_first = sorted(
        set(names), key=lambda name: (not name.isupper(), name)
    )
    assert names == constants_first
    assert all(hasattr(orderlife.testing, name) for name in names)


def test_fakes_need_neither_pytest_nor_hypothesis() -> None:
    """A program can use the fakes with what orderlife itself needs."""
    program = (
        "import sys, orderlife.testing as t; t.FakeGateway(); "
        "print({'pytest', 'hypothesis'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == "set()\n"
