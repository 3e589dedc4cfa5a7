"""What banks, carriers and suppliers do by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlife.testing.simulation.lateness import arrive
from orderlife.testing.simulation.shops import Shop

if TYPE_CHECKING:
    from orderlife.testing.simulation.world import World

__all__ = ["act_outside", "report_everything", "settle"]


def act_outside(world: World) -> None:
    """Have banks, carriers and suppliers do something by themselves."""
    which = world.choices.below(8)
    if which < 2 and world.slow:
        arrive(world, world.choices.one(world.slow))
    elif which == 2:
        _delivery(world, 1 + world.choices.below(2))
    else:
        settle(world, succeed=not world.choices.below(4), every=which > 4)


def _delivery(world: World, units: int) -> None:
    sku = world.choices.one(("mug", "cup"))
    stock = world.choices.one(world.shops).journal.inventory
    cause = f"delivery{len(stock.movements())}"
    stock.receive(sku, "main", units, cause)
    world.tell(units, "of", sku, "are delivered")


def settle(world: World, *, succeed: bool = True, every: bool = True) -> None:
    """Banks and carriers decide what was pending with them."""
    for shop in world.shops:
        for name in ("payment", "carrier"):
            port = getattr(shop.journal, name)
            for operation_id in port.waiting if every else port.waiting[:1]:
                port.settle(operation_id, succeed=succeed)
                world.tell(name, "settles", operation_id, succeed)


def report_everything(shop: Shop) -> None:
    """Have every outcome reported as well, so webhooks race answers."""
    for method in ("authorize", "capture", "void", "refund"):
        shop.journal.payment.script.report(method)
    for method in ("buy_label", "void_label", "intercept"):
        shop.journal.carrier.script.report(method)
