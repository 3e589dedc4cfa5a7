"""A simulator of small shops, with injected faults.

::

    from orderlife.testing.simulation import simulate

    report = simulate(orders=1_000, seed=7)
    assert report.violations == ()

It is deterministic: the same seed makes the same choices, and the same
choices the same world.  Nothing waits, and no thread runs.
"""

from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.found import Found
from orderlife.testing.simulation.parts import (
    CAPABILITIES,
    FAULTS,
    POLICIES,
    Fault,
    Parts,
)
from orderlife.testing.simulation.run import (
    Lived,
    Report,
    Violation,
    live,
    simulate,
)

__all__ = [
    "CAPABILITIES",
    "FAULTS",
    "POLICIES",
    "Choices",
    "Fault",
    "Found",
    "Lived",
    "Parts",
    "Report",
    "Violation",
    "live",
    "simulate",
]
