"""The ports that there are, as one list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderlife.ports.base import Intent, Outcome
from orderlife.ports.carrier import CARRIER
from orderlife.ports.inventory import INVENTORY
from orderlife.ports.notifier import NOTIFIER
from orderlife.ports.payment import PAYMENT

__all__ = ["METHODS", "OUTCOMES", "PORTS", "TELLING"]

PORTS: Final = (PAYMENT, CARRIER, INVENTORY, NOTIFIER)
"""All ports, the store's aside: it is asked, and answers at once."""

TELLING: Final = frozenset(port.name for port in PORTS if not port.moves)
"""The names of those by which nothing moves: they only tell."""

METHODS: Final[Mapping[type[Intent], str]] = {
    intent: method for port in PORTS for intent, method in port.methods.items()
}
"""Which method of its port performs which intent."""

OUTCOMES: Final[Mapping[type[Intent], tuple[type[Outcome], ...]]] = {
    intent: outcomes
    for port in PORTS
    for intent, outcomes in port.outcomes.items()
}
"""Which answers there are to which intent."""
