"""For each check a fake with one planted defect that it must find."""

from __future__ import annotations

from collections.abc import Mapping

from tests.conformance.mutants_carrier import CARRIER
from tests.conformance.mutants_inventory import INVENTORY
from tests.conformance.mutants_notifier import NOTIFIER
from tests.conformance.mutants_payment import PAYMENT
from tests.conformance.mutants_port import PORT
from tests.conformance.mutants_store_unit import STORE
from tests.conformance.planted import Mutant

__all__ = ["MUTANTS"]

MUTANTS: Mapping[str, Mapping[str, Mutant]] = {
    "store": STORE,
    "inventory": INVENTORY,
    "payment": PAYMENT,
    "carrier": CARRIER,
    "notifier": NOTIFIER,
    "port": PORT,
}
"""By port, and by the check that must find it."""
