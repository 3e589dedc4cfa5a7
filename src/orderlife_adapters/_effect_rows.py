"""Rows of effects: their columns, their keys and what is read of them.

A row has the request as a document, with its hash beside it, and how far
it has come.  The key that its provider gets is not in the row: it follows
from the tenant, the order, the operation, how often it was begun anew and
the id that the database had then.  Only rows of an earlier release have
theirs written down.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

import attrs

from orderlife.codec import Codec
from orderlife.errors import (
    CodecError,
    NewerDocumentError,
    RoomMissingError,
)
from orderlife.ports.base import Intent, provider_key
from orderlife.ports.store import Effect, EffectState
from orderlife_adapters._rows import moment
from orderlife_adapters._words import digits, plain

__all__ = [
    "EFFECT",
    "MOST_ATTEMPTS",
    "Keys",
    "effect_of",
    "hash_of",
    "new_effect",
]

MOST_ATTEMPTS: Final = 10**9
"""The largest number that we write; a larger one is corrupt."""

EFFECT: Final = (
    "operation_id",
    "order_id",
    "intent",
    "state",
    "due_at",
    "created_at",
    "attempts",
    "claimed_by",
    "note",
    "begun_at",
    "generation",
    "store",
    "key",
    "request_hash",
    "doubted",
)
"""The columns of an effect."""


def hash_of(document: str) -> str:
    """The hash of a request's document, as it is stored beside it."""
    return hashlib.sha256(document.encode()).hexdigest()


@attrs.frozen
class Keys:
    """Makes the providers' keys of the effects of one tenant's orders."""

    tenant: str
    ids: dict[int, str] = attrs.field(factory=dict)
    """The ids that the database has had, by their numbers."""

    @property
    def last(self) -> int:
        """The number of the last one that is known; 0: none is."""
        return max(self.ids, default=0)

    def of(
        self, order_id: str, operation_id: str, generation: int, store: int
    ) -> str:
        """The key of an effect.

        Raises:
            CodecError: the database never had such an id.
        """
        if store not in self.ids:
            raise CodecError(f"the database had no id number {store}")
        return provider_key(
            operation_id,
            order_id=order_id,
            tenant=self.tenant,
            generation=generation,
            store=self.ids[store],
        )


def effect_of(
    operation_id: str,
    order_id: str,
    intent: str | bytes,
    state: str,
    due_at: int,
    created_at: int,
    attempts: int,
    claimed_by: str,
    note: str,
    begun_at: int | None,
    generation: int,
    store: int,
    key: str,
    request_hash: str | bytes,
    doubted: int,
    *,
    codec: Codec,
    keys: Keys,
) -> Effect:
    """An effect of the columns ``EFFECT``.

    Raises:
        CodecError: its document cannot be read, or is another's; or
            nobody can have begun it so often; or its key cannot be made.
            Says of which operation.
    """
    document = plain(intent)
    try:
        read = _request_of(document, operation_id, order_id, codec)
        _check_begun(max(attempts, generation))
        key = key or keys.of(order_id, operation_id, generation, store)
    except (NewerDocumentError, RoomMissingError):
        raise
    except CodecError as error:
        named = f"operation {operation_id} of order {order_id}"
        raise CodecError(f"{named}: {error}") from error
    return Effect(
        intent=read,
        state=EffectState(state),
        due_at=moment(due_at),
        created_at=moment(created_at),
        attempts=attempts,
        claimed_by=claimed_by,
        note=note,
        begun_at=None if begun_at is None else moment(begun_at),
        generation=generation,
        key=key,
        altered=digits(request_hash) != hash_of(document),
        doubted=bool(doubted),
    )


def _request_of(
    document: str, operation_id: str, order_id: str, codec: Codec
) -> Intent:
    request: Intent = codec.loads(document, "intent")
    if (request.operation_id, request.order_id) != (operation_id, order_id):
        raise CodecError("the document of another operation")
    return request


def _check_begun(times: int) -> None:
    if times > MOST_ATTEMPTS:
        raise CodecError("begun more often than can be")


def new_effect(
    intent: Intent, now: datetime, store: int, keys: Keys
) -> Effect:
    """An effect as a decision makes it, due at once.

    Args:
        intent: what is asked for.
        now: when.
        store: the number of the id that the database has now.
        keys: makes its key.
    """
    return Effect(
        intent=intent,
        state=EffectState.PENDING,
        due_at=now,
        created_at=now,
        key=keys.of(intent.order_id, intent.operation_id, 1, store),
    )
