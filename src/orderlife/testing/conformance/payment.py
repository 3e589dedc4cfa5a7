"""What a payment gateway promises, as checks.

::

    class MyHarness(PaymentHarness):
        abilities = frozenset({PaymentAbility.DECLINES})

        def make(self) -> PaymentGateway:
            return MyGateway(sandbox())

        def tender(self, wish: PaymentAbility | None = None) -> Tender:
            declined = wish is PaymentAbility.DECLINES
            return Tender("card", "poor" if declined else "rich")
"""

from __future__ import annotations

from typing import Final

from orderlife.testing.conformance._kit import Check
from orderlife.testing.conformance._payment import (
    PAYMENT,
    AnyPaymentGateway,
    Books,
    PaymentAbility,
    PaymentHarness,
)

# The modules add their checks as they are imported, in this order.
from orderlife.testing.conformance import (  # isort: skip
    _payment_moves as _moves,
    _payment_wishes as _wishes,
)

__all__ = [
    "PAYMENT_CHECKS",
    "AnyPaymentGateway",
    "Books",
    "PaymentAbility",
    "PaymentHarness",
]

_MODULES: Final = (_moves, _wishes)

PAYMENT_CHECKS: Final[tuple[Check[PaymentHarness], ...]] = tuple(
    PAYMENT.checks
)
"""All that a payment gateway promises."""
