"""A closed order, folded away: one document, deflated.

It holds what its decisions' rows and its effects' rows held, but for
what follows from the rest: each digest follows from the decision and the
digest before, and a request's hash from the request.  So only an order
whose chain fits its head is folded away, and whoever changes a byte of
the document changes the last digest, which the order's row has.

The text has a line for all that is short, and then one line for each
decision's events and for each request: no document has a line break.
It is deflated against the words of a typical life, ``archive-1.txt``,
which halves it; nobody may ever change that file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from orderlife._values.limits import MAX_DOCUMENT
from orderlife._values.replacing import replace
from orderlife._values.strict_json import parse, write
from orderlife.engine.chain import digest, verify
from orderlife.errors import ChainBrokenError, CodecError
from orderlife.ports.store import Link
from orderlife_adapters._effect_rows import EFFECT, hash_of
from orderlife_adapters._rows import link_by
from orderlife_adapters._words import deflated, digits, inflated, plain

__all__ = [
    "FOLDED",
    "Folded",
    "Unfolding",
    "fold",
    "is_folded",
    "unfold",
]

FOLDED: Final = ("ordinal", "port", *EFFECT)
"""The columns of an effect's row, as they are folded away and put back."""

_NUMBERS: Final = (
    "ordinal",
    "due_at",
    "created_at",
    "attempts",
    "generation",
    "store",
)
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    **dict.fromkeys(_NUMBERS, (int,)),
    "begun_at": (int, type(None)),
    "doubted": (int, bool),
}
"""The types of the columns that are no texts."""
_FOLLOW: Final = frozenset(("order_id", "intent", "request_hash"))
"""The columns that follow from the rest."""
_NAMES: Final = tuple(name for name in FOLDED if name not in _FOLLOW)
_OVER: Final = frozenset(("done", "declined"))
_MOST: Final = 2**63


@attrs.frozen
class Folded:
    """An order that is folded away, as it is read again."""

    order_id: str
    decided: tuple[tuple[str, str, str], ...]
    """Of each decision its input's id, its fingerprint, its document."""
    effects: tuple[tuple[Any, ...], ...]
    """The rows of its effects: the columns ``FOLDED``."""

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The columns ``EFFECT`` of its effects."""
        return [row[-len(EFFECT) :] for row in self.effects]

    def number(self, input_id: str) -> int:
        """The number of the decision on an input; 0: there is none."""
        for number, (found, *_) in enumerate(self.decided, 1):
            if found and found == input_id:
                return number
        return 0

    def links(self, rows: Sequence[Link]) -> tuple[Link, ...]:
        """The decisions whose rows are these, all there are, as before.

        Raises:
            CodecError: there are more of them than rows, or fewer.
        """
        if len(rows) != len(self.decided):
            message = (
                f"{len(self.decided)} decisions of order {self.order_id} "
                f"are folded away, and there are {len(rows)} rows of them"
            )
            raise CodecError(message)
        links: list[Link] = []
        before = ""
        for row, (input_id, fingerprint, document) in zip(
            rows, self.decided, strict=True
        ):
            link = replace(
                row,
                input_id=input_id,
                fingerprint=fingerprint,
                document=document,
            )
            before = digest(self.order_id, before, link)
            links.append(replace(link, digest=before))
        return tuple(links)


@attrs.frozen
class Unfolding:
    """Fills the rows of a page of the feed, of many orders.

    Args:
        find: gives an order's document; None: it has none.
    """

    find: Callable[[str], bytes | None]
    _known: dict[str, Folded | None] = attrs.field(factory=dict)

    def told(self, order_id: str, row: Sequence[Any]) -> Sequence[Any]:
        """The columns ``LINK`` of a decision, filled but for its digest.

        One that cannot be filled stays empty, and cannot be read.
        """
        link = link_by(row)
        if not is_folded(link):
            return row
        if order_id not in self._known:
            self._known[order_id] = self._unfolded(order_id)
        folded = self._known[order_id]
        if folded is None or not 0 < link.number <= len(folded.decided):
            return row
        _, _, document = folded.decided[link.number - 1]
        return attrs.astuple(replace(link, document=document))

    def _unfolded(self, order_id: str) -> Folded | None:
        document = self.find(order_id)
        with contextlib.suppress(CodecError):
            return None if document is None else unfold(order_id, document)
        return None


def is_folded(link: Link) -> bool:
    """Whether a decision's row has been emptied."""
    return not link.digest


def fold(
    order_id: str,
    head: str,
    links: Sequence[Link],
    effects: Sequence[Sequence[Any]],
) -> bytes | None:
    """Fold an order's decisions and effects into one document.

    Args:
        order_id: the order.
        head: the digest of its last decision.
        links: all its decisions.
        effects: the columns ``FOLDED`` of all its effects.

    Returns:
        The document; None: it would not give back what is stored, byte
        by byte, or would be too large, or an effect is not over.
    """
    try:
        verify(order_id, links, head)
    except ChainBrokenError:
        return None
    rows = [dict(zip(FOLDED, row, strict=True)) for row in effects]
    for row in rows:
        row["intent"] = plain(row["intent"])
        row["request_hash"] = digits(row["request_hash"])
    if not all(row["state"] in _OVER for row in rows):
        return None
    short = [
        order_id,
        [[link.input_id, link.fingerprint] for link in links],
        [[row[name] for name in _NAMES] for row in rows],
    ]
    lines = [
        write(short),
        *(link.document for link in links),
        *(row["intent"] for row in rows),
    ]
    text = "\n".join(lines).encode()
    document = deflated(text)
    try:
        folded = unfold(order_id, document)
    except CodecError:
        return None
    same = folded.effects == tuple(tuple(row.values()) for row in rows)
    return document if same else None


def unfold(order_id: str, document: bytes) -> Folded:
    """Read the document of an order that is folded away.

    Raises:
        CodecError: it is none, or another order's, or is larger than
            any can be; names the order.
    """
    try:
        return _unfolded(order_id, document)
    except CodecError as error:
        message = f"order {order_id} is folded away: {error}"
        raise CodecError(message) from None


def _unfolded(order_id: str, document: bytes) -> Folded:
    first, *lines = inflated(document).split("\n")
    match parse(first, limit=MAX_DOCUMENT):
        case [str(found), list(inputs), list(rows)] if len(lines) == len(
            inputs
        ) + len(rows):
            pass
        case _:
            raise CodecError("not the document of an order folded away")
    if found != order_id:
        raise CodecError("the document of another order")
    decided = tuple(
        (*_texts(each), line)
        for each, line in zip(inputs, lines, strict=False)
    )
    intents = lines[len(inputs) :]
    return Folded(
        order_id,
        decided,
        tuple(
            _effect(order_id, row, intent)
            for row, intent in zip(rows, intents, strict=True)
        ),
    )


def _texts(found: object) -> tuple[str, str]:
    match found:
        case [str(input_id), str(fingerprint)]:
            return input_id, fingerprint
        case _:
            raise CodecError("a decision folded away has no input")


def _effect(order_id: str, found: object, intent: str) -> tuple[Any, ...]:
    """The columns of an effect.

    Raises:
        CodecError: they cannot be those of one that is over.
    """
    if not isinstance(found, list) or len(found) != len(_NAMES):
        raise CodecError("an effect folded away has other columns")
    row = dict(zip(_NAMES, found, strict=True))
    for name, value in row.items():
        kinds = _KINDS.get(name, (str,))
        if type(value) not in kinds or (
            isinstance(value, int) and not -_MOST <= value < _MOST
        ):
            message = f"the {name} of an effect folded away cannot be read"
            raise CodecError(message)
    if row["state"] not in _OVER:
        raise CodecError("an effect folded away is not over")
    row |= {
        "order_id": order_id,
        "intent": intent,
        "request_hash": hash_of(intent),
    }
    return tuple(row[name] for name in FOLDED)
