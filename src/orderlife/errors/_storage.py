"""Stores: in doubt, of another release, altered, overloaded, or forgetful."""

from __future__ import annotations

from collections.abc import Iterable

from orderlife.errors._root import OrderlifeError

__all__ = [
    "AlteredError",
    "ChainBrokenError",
    "ForgetfulStoreError",
    "ForgetfulStoreWarning",
    "ForkedError",
    "InDoubtError",
    "OverloadedError",
    "StoreVersionError",
    "StoredError",
    "TracesLeftError",
]


class OverloadedError(OrderlifeError):
    """Too many requests at once; nothing was stored: try again later."""

    def __init__(self, what: str, waited_s: float) -> None:
        self.what = what
        self.waited_s = waited_s
        super().__init__(what, waited_s)

    def __str__(self) -> str:
        waited = (
            f"had no room after {self.waited_s:g} seconds"
            if self.waited_s
            else "has no room"
        )
        return f"{self.what} {waited}: nothing was stored, try again later"


class ForkedError(OrderlifeError):
    """A connection was opened before a fork, and cannot be shared."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(what, remedy)

    def __str__(self) -> str:
        return (
            f"{self.what} was open before this process was forked, and "
            f"nothing was stored: {self.remedy}"
        )


class InDoubtError(OrderlifeError):
    """A connection broke during a commit, which may be stored or not."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)

    def __str__(self) -> str:
        return (
            f"the connection to {self.what} broke and no other was to be "
            "had: it may be stored or not; give the same input again, "
            "under the same id"
        )


class StoredError(InDoubtError):
    """It is stored, and the order could not be read again to show it."""

    def __str__(self) -> str:
        return (
            f"what was asked of order {self.what} is stored, and the order "
            "could not be read again: read it later; the same input, under "
            "the same id, changes nothing"
        )


class StoreVersionError(OrderlifeError):
    """The tables are of another release than the program."""

    def __init__(self, found: int, wanted: int, remedy: str) -> None:
        self.found = found
        self.wanted = wanted
        self.remedy = remedy
        super().__init__(found, wanted, remedy)

    def __str__(self) -> str:
        return (
            f"the tables are at version {self.found}, and this release "
            f"works with version {self.wanted}: {self.remedy}"
        )


class ChainBrokenError(OrderlifeError):
    """A stored event was changed, left out or put in."""

    def __init__(self, order_id: str, sequence: int) -> None:
        self.order_id = order_id
        self.sequence = sequence
        super().__init__(order_id, sequence)

    def __str__(self) -> str:
        return (
            f"order {self.order_id}: event {self.sequence} is not what was "
            "recorded: restore it from a backup, and find out who changed it"
        )


class AlteredError(OrderlifeError):
    """What is stored of an order does not follow from its events."""

    def __init__(self, order_id: str, what: Iterable[str]) -> None:
        self.order_id = order_id
        self.what = tuple(what)
        super().__init__(order_id, self.what)

    def __str__(self) -> str:
        listed = "".join(f"\n  {part}" for part in self.what)
        return (
            f"order {self.order_id} was altered, or its events were; these "
            f"are not what its events say:{listed}\n"
            "restore it from a backup, and find out who changed it"
        )


class TracesLeftError(OrderlifeError):
    """Personal data is erased, and a trace of it is left for now."""

    def __init__(self, erased: int, where: str, remedy: str) -> None:
        self.erased = erased
        self.where = where
        self.remedy = remedy
        super().__init__(erased, where, remedy)

    def __str__(self) -> str:
        return (
            f"erased, {self.erased} values this time, and a trace is left "
            f"in {self.where}: {self.remedy}"
        )


class ForgetfulStoreError(OrderlifeError, ValueError):
    """A store may lose commits that an adapter can tell nothing of.

    The adapter can neither look an effect up nor deduplicate.
    After a power cut, an effect could be performed twice.
    """

    def __init__(self, store: str, ports: tuple[str, ...]) -> None:
        self.store = store
        self.ports = ports
        super().__init__(store, ports)

    def __str__(self) -> str:
        return (
            f"{self.store} may forget its last moments, and the adapter of "
            f"{' and '.join(self.ports)} neither deduplicates nor looks up: "
            "after a power cut it may act twice; keep every commit "
            "(durability='full' of SQLite, synchronous_commit = on of "
            "PostgreSQL), or give an adapter that can be asked"
        )


class ForgetfulStoreWarning(UserWarning):
    """The same, where messages may be sent twice and nothing else."""
