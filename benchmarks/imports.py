"""Import time beside that of attrs, cattrs and transitions alone.

Fresh processes, one after the other, each in its turn; the time is
taken inside, so that the start of Python itself is left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from benchmarks.measure import Figure, median

__all__ = ["measure"]

_CODES = {
    "the three": "import attrs, cattrs, transitions",
    "package": "import orderlife",
    "handle": "from orderlife.house import handle",
    "desk": "from orderlife import OrderDesk",
    "codec": "import orderlife.codec",
}
_TIMED = """
import sys, time
wall, cpu = time.perf_counter(), time.process_time()
{code}
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print(cpu * 1e3, wall * 1e3, int("cattrs" in sys.modules))
"""


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Import each of them many times, in turns."""
    rounds = 1 if quick else 21
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in _CODES}
    with tempfile.TemporaryDirectory() as cache:
        # Compiled once, as an installed package is, whoever runs this.
        environ = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for code in _CODES.values():
            _import(code, environ)
        for _ in range(rounds):
            for name, code in _CODES.items():
                found[name].append(_import(code, environ))
    cpu = {
        name: median([run[0] for run in runs]) for name, runs in found.items()
    }
    wall = {
        name: median([run[1] for run in runs]) for name, runs in found.items()
    }
    three = cpu["the three"]
    return (
        Figure("CPU, attrs, cattrs and transitions", three, "ms"),
        Figure("wall, attrs, cattrs and transitions", wall["the three"], "ms"),
        *(
            Figure(f"CPU, {_CODES[name]}", cpu[name], "ms")
            for name in ("package", "handle", "desk", "codec")
        ),
        Figure("wall, import orderlife", wall["package"], "ms"),
        Figure("wall, OrderDesk", wall["desk"], "ms"),
        Figure(
            "import orderlife by the three",
            cpu["package"] / three,
            "times",
            at_most=1.3,
        ),
        Figure("handle by the three", cpu["handle"] / three, "times"),
        Figure("OrderDesk by the three", cpu["desk"] / three, "times"),
        Figure("OrderDesk has imported cattrs", found["desk"][-1][2]),
    )


def _import(code: str, environ: Mapping[str, str]) -> tuple[float, ...]:
    """CPU and wall in milliseconds, and whether cattrs came along."""
    ran = subprocess.run(
        [sys.executable, "-c", _TIMED.format(code=code)],
        check=True,
        env=environ,
        capture_output=True,
        text=True,
    )
    return tuple(float(number) for number in ran.stdout.split())
