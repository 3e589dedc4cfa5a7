"""How orders are found in SQLite: by the index that leaves the fewest."""

from __future__ import annotations

from typing import Final

from orderlife.ports.store import FindOrders

__all__ = ["terms_of"]

_STATUSES: Final = (
    "order_status",
    "payment_status",
    "fulfilment_status",
    "returns_status",
)


def terms_of(request: FindOrders) -> tuple[str, list[str]]:
    """Which index to use, and what must hold."""
    index = ""
    terms = []
    if request.channel:
        index = "by_channel"
        terms += ["channel = :channel", "channel <> ''"]
    for name in reversed(_STATUSES):
        if getattr(request, name):
            index = f"by_{name}"
            terms.append(f"{name} = :{name}")
    if request.with_exceptions:
        index = "with_exceptions"
        terms.append("open_exceptions > 0")
    if request.customer_id:
        index = "by_customer"
        terms += ["customer_id = :customer_id", "customer_id <> ''"]
    if request.channel_number:
        index = "by_number"
        terms += ["channel_number = :channel_number", "channel_number <> ''"]
    return index, terms
