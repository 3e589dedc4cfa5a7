"""Closed orders of a simulated shop are folded away, and looked at."""

from __future__ import annotations

from datetime import datetime

from orderlife.engine.summary import summary_of
from orderlife.ports.store import Archive, is_closed
from orderlife.testing.simulation.books import Books
from orderlife.testing.simulation.found import Tally, ViolatedError

__all__ = ["fold_closed"]


def fold_closed(books: Books, tally: Tally, now: datetime) -> None:
    """Fold away what is closed, at once; nothing fails meanwhile.

    Whatever comes later unfolds it: reports, scans, and clients who ask
    again.

    Raises:
        ViolatedError: it was not closed, or answers otherwise now.
    """
    request = Archive(now=now, closed_before=now)
    for order_id in books.store.archive(request):
        tally.checked[62] += 1
        seen = books.orders[order_id]
        over = all(each.state.is_settled for each in seen.effects.values())
        if not (over and is_closed(summary_of(seen.case), seen.timers)):
            what = f"{order_id} is folded away, and is not at rest"
            raise ViolatedError(62, what)
        books.check_unchanged(order_id)
