"""Checks for adapters of any kind, and their harnesses.

For each port there is a tuple of named checks and a harness: a small
class that makes your adapter for the checks.  With pytest::

    @pytest.mark.parametrize("check", PAYMENT_CHECKS, ids=str)
    def test_conforms(check):
        check.run(MyHarness())

and without it::

    report = run(PAYMENT_CHECKS, MyHarness())
    print(report)
    report.raise_for_failures()

The same checks are for async adapters: ``await check.arun(…)`` and
``await arun(…)``.  The harness leaves abilities that an adapter does not
have out of ``abilities``; checks that need them are reported as skipped.
"""

from __future__ import annotations

from orderlife.testing.conformance._kit import (
    Check,
    ConformanceError,
    Harness,
    Skipped,
)
from orderlife.testing.conformance._report import Report, Result, arun, run
from orderlife.testing.conformance.carrier import (
    CARRIER_CHECKS,
    CarrierAbility,
    CarrierBooks,
    CarrierHarness,
)
from orderlife.testing.conformance.inventory import (
    INVENTORY_CHECKS,
    InventoryAbility,
    InventoryHarness,
    Moved,
    Stock,
)
from orderlife.testing.conformance.notifier import (
    NOTIFIER_CHECKS,
    NotifierAbility,
    NotifierBooks,
    NotifierHarness,
)
from orderlife.testing.conformance.payment import (
    PAYMENT_CHECKS,
    Books,
    PaymentAbility,
    PaymentHarness,
)
from orderlife.testing.conformance.port import (
    PORT_CHECKS,
    PortAbility,
    PortBooks,
    PortHarness,
)
from orderlife.testing.conformance.store import (
    STORE_CHECKS,
    StoreAbility,
    StoreHarness,
)

__all__ = [
    "CARRIER_CHECKS",
    "INVENTORY_CHECKS",
    "NOTIFIER_CHECKS",
    "PAYMENT_CHECKS",
    "PORT_CHECKS",
    "STORE_CHECKS",
    "Books",
    "CarrierAbility",
    "CarrierBooks",
    "CarrierHarness",
    "Check",
    "ConformanceError",
    "Harness",
    "InventoryAbility",
    "InventoryHarness",
    "Moved",
    "NotifierAbility",
    "NotifierBooks",
    "NotifierHarness",
    "PaymentAbility",
    "PaymentHarness",
    "PortAbility",
    "PortBooks",
    "PortHarness",
    "Report",
    "Result",
    "Skipped",
    "Stock",
    "StoreAbility",
    "StoreHarness",
    "arun",
    "run",
]
