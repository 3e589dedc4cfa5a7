"""Deaths of whoever folds an order away, or unfolds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Final, Literal, TypeAlias

import attrs

from orderlife import Actor, Money, OrderDesk
from orderlife.memory.clock import START, Clock
from orderlife.ports.store import FindAnswer, ReadFeed
from orderlife.rooms.order.messages import FraudJudged
from orderlife.rooms.payment.messages import RefundPayment
from tests.crash.boundary import Boundary, traced
from tests.crash.paths import ORDER, PATHS
from tests.crash.provider import Remote
from tests.crash.rig import AFTER, audit, settle
from tests.crash.stable import Stable, in_child

__all__ = ["Deed", "Folding", "Record"]

Deed: TypeAlias = Literal["fold", "tell", "refund", "tell_more"]
PATH: Final = "delivered"
_LATE: Final = START + timedelta(days=500)
_AFTERWARDS: Final[tuple[Deed, ...]] = ("fold", "tell_more")
_STAFF: Final = Actor("staff", "ada")


def _fold(desk: OrderDesk) -> None:
    desk.archive(after=timedelta())


def _tell(desk: OrderDesk, fact_id: str = "late") -> None:
    """A late fact, after which an order is left alone again."""
    desk.report(FraudJudged(order_id=ORDER, fact_id=fact_id, verdict="accept"))


def _refund(desk: OrderDesk) -> None:
    """A late command, for which a provider is asked."""
    desk.submit(
        RefundPayment(
            order_id=ORDER,
            command_id="late",
            actor=_STAFF,
            amount=Money("5.00", "EUR"),
            reason="goodwill",
            as_credit=False,
        )
    )


DEEDS: Final[Mapping[Deed, Callable[[OrderDesk], None]]] = {
    "fold": _fold,
    "tell": _tell,
    "refund": _refund,
    "tell_more": partial(_tell, fact_id="more"),
}


@attrs.frozen
class Record:
    """All that is read of an order, in what no death may change."""

    events: tuple[tuple[str, int], ...]
    effects: tuple[tuple[str, str, int], ...]
    feed: tuple[tuple[int, int], ...]
    status: str
    links: int
    is_folded: bool
    problems: tuple[str, ...]
    answer: str = attrs.field(eq=False)
    """What the first command was answered."""
    digest: str = attrs.field(eq=False)
    keys: tuple[str, ...] = attrs.field(eq=False)
    """Of its effects; these three are not the same in another shop."""


class Folding(Stable):
    """Lives an order to its end, and folds it away in children."""

    _kept: dict[bool, str]

    def deed(self, deed: Deed) -> tuple[list[str], Record, Record]:
        """Do it, and die nowhere.

        Returns:
            The boundaries that were passed; what was read before, and
            what once it was done.
        """
        with self._lived(folded=deed != "fold") as shop:
            before = self._read(shop)
            labels = in_child(lambda: self._act(shop, deed))
            done = in_child(lambda: self._done(shop, deed))
            return labels, before, done

    def die_at(
        self, deed: Deed, number: int
    ) -> tuple[Record, Record, Record, Record, Record]:
        """Be killed at one of them; let another process do it again.

        Returns:
            What was read before and after the death, once it was done
            again, and once the order was folded away, and unfolded anew.
        """
        with self._lived(folded=deed != "fold") as shop:
            before = self._read(shop)
            if in_child(lambda: self._act(shop, deed, number)) is not None:
                message = "it should have been killed, and was not"
                raise AssertionError(message)
            self.deaths += 1
            after = self._read(shop)
            done, folded, told = in_child(
                lambda: [
                    self._done(shop, each, again)
                    for again, each in enumerate((deed, *_AFTERWARDS), 1)
                ]
            )
            return before, after, done, folded, told

    def _done(self, shop: str, deed: Deed, again: int = 1) -> Record:
        """Do it, as if nothing were known, and read the order."""
        self._act(shop, deed, again=again)
        return self._told(shop)

    @contextmanager
    def _lived(self, *, folded: bool) -> Iterator[str]:
        """A shop whose order has come to its end."""
        if not self._rig.database.copies:
            with self._shop() as shop:
                self._live(shop, folded=folded)
                yield shop
            return
        if not hasattr(self, "_kept"):
            self._kept = {}
        if folded not in self._kept:
            with self._shop() as shop:
                self._live(shop, folded=folded)
                self._kept[folded] = self._copy(shop)
        with self._shop(self._kept[folded]) as shop:
            yield shop

    def _live(self, shop: str, *, folded: bool) -> None:
        self._play(shop, PATH)
        if folded:
            in_child(lambda: self._act(shop, "fold"))

    @contextmanager
    def _desk(
        self, shop: str, boundary: Boundary, again: int
    ) -> Iterator[tuple[OrderDesk, Remote]]:
        clock = Clock(_LATE + again * AFTER)
        rig = self._rig
        remote = Remote(rig.address, shop, rig.able, clock)
        with (
            traced(boundary),
            closing(rig.database.open(shop, clock)) as stores,
        ):
            desk = rig.desk(stores, remote, boundary, PATHS[PATH], clock)
            desk.ports.store.load("nobody")  # what is slow at first is over
            yield desk, remote

    def _act(
        self, shop: str, deed: Deed, die_at: int = 0, again: int = 0
    ) -> list[str]:
        boundary = Boundary(0, die_at) if die_at else Boundary()
        with self._desk(shop, boundary, again) as (desk, _):
            boundary.begin(0)
            DEEDS[deed](desk)
            boundary.begin(None)
            if again:
                first: Any = PATHS[PATH].steps[0]
                desk.submit(first)  # it comes once more
                clock: Any = desk.engine.clock
                settle(desk, clock.tell)
        return boundary.labels[0]

    def _read(self, shop: str) -> Record:
        found: Record = in_child(lambda: self._told(shop))
        return found

    def _told(self, shop: str) -> Record:
        """Read all of it, with stores that have nothing in memory."""
        with self._desk(shop, Boundary(), 9) as (desk, remote):
            store = desk.ports.store
            first = FindAnswer(order_id=ORDER, input_id="command:c0")
            return Record(
                events=tuple(
                    (type(each.event).__name__, each.sequence)
                    for each in desk.history(ORDER)
                ),
                effects=tuple(
                    (each.operation_id, each.state.value, each.generation)
                    for each in desk.effects(ORDER)
                ),
                keys=tuple(each.key for each in desk.effects(ORDER)),
                feed=tuple(
                    (each.position, each.version)
                    for each in store.feed(ReadFeed(limit=1_000))
                ),
                status=str(desk.get(ORDER).status),
                links=len(store.links(ORDER)),
                answer=str(store.answer(first)),
                is_folded=self._rig.database.is_folded(shop, ORDER),
                problems=audit(desk, remote, PATHS[PATH], {}).problems,
                digest=desk.verify(ORDER),
            )
