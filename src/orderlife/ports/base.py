"""What all ports share: intents, outcomes, capabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final, Self

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.personal import Personal

__all__ = [
    "Capabilities",
    "Fate",
    "Intent",
    "NotKnown",
    "Outcome",
    "PersonalIntent",
    "Unknown",
    "provider_key",
]

_KEY_LENGTH: Final = 36


@attrs.frozen(kw_only=True)
class Intent:
    """What a port is asked to do, stored before it is performed."""

    port: ClassVar[str]
    """The name of the port that performs it."""
    operation: ClassVar[str] = ""
    """What its operation ids say it is; empty: its method's name."""
    operation_id: str
    """Deterministic, and never used for anything else: ``o1:capture:2``."""
    order_id: str
    key: str = attrs.field(default="", eq=False, repr=False)
    """The idempotency key to give to the provider.

    At most 36 characters.  Empty in every store: the driver fills it
    just before the call from the ledger of effects, where tenant and
    generation are part of it.
    """


@attrs.frozen(kw_only=True)
class PersonalIntent(Intent):
    """An intent that needs personal data when it is performed.

    ``people`` is empty in every store: the driver fills it from the
    references just before the call.
    """

    people: Mapping[str, Personal] = attrs.field(
        factory=dict, eq=False, repr=False
    )
    """The personal data by reference; masked, never stored."""


class Fate(FastEnum):
    """What becomes of an effect by the answer that came."""

    DONE = "done"
    """It was done."""
    REFUSED = "refused"
    """No, and it will stay so."""
    AGAIN = "again"
    """No, this time: it is to be tried again."""
    WAITING = "waiting"
    """It was accepted, and what comes of it will be reported."""
    IN_DOUBT = "in_doubt"
    """The outside may or may not have acted."""


class Outcome:
    """What a port answers.  It says itself what becomes of the effect."""

    __slots__ = ()
    becomes: ClassVar[Fate]
    """What an answer of this class means; there is no default."""

    @property
    def fate(self) -> Fate:
        """What this answer means, where that depends on what it says."""
        return self.becomes

    @property
    def why(self) -> str:
        """Why it is so, as the ledger notes it and a person is told."""
        return type(self).__name__

    def told_by(self, able: Capabilities) -> Self:
        """Fill in what it leaves to the word of the adapter.

        Args:
            able: what the adapter says of itself.
        """
        del able
        return self


@attrs.frozen
class Unknown(Outcome):
    """No answer came: the outside may or may not have acted."""

    becomes: ClassVar[Fate] = Fate.IN_DOUBT
    detail: str = ""

    @property
    def why(self) -> str:
        """What is known of it."""
        return self.detail


@attrs.frozen
class NotKnown:
    """The answer of a look-up: the operation never arrived there."""


@attrs.frozen(kw_only=True)
class Capabilities:
    """What an adapter can do, above all about a lost answer."""

    deduplicates: bool = False
    """The same key again acts at most once."""
    window: timedelta | None = None
    """For how long it remembers a key; None: for good."""
    margin: timedelta = timedelta(minutes=1)
    """How long before the window's end a key is not used any more:
    clocks differ, and a request takes its time."""
    looks_up: bool = False
    """``look_up`` tells what became of an operation id."""
    settles_after: timedelta = timedelta(seconds=30)
    """How long after it was sent a request may still take effect.

    Where keys are not deduplicated, a look-up waits for so long: until
    then *not known* may mean *not yet*.
    """
    queues: bool = False
    """An inventory serves whoever waits in line before whoever comes:
    see ``Reserve.in_line``."""
    captures_in_parts: bool = False
    """Of a gateway: an authorisation may be captured in several parts.

    False: the first capture ends it, and what it leaves is not secured
    any more.  An ``Authorized`` may say otherwise for itself.
    """


def provider_key(
    operation_id: str,
    *,
    tenant: str = "",
    generation: int = 1,
    store: str = "",
) -> str:
    """Make an idempotency key of at most 36 characters.

    Square takes 45 characters, Adyen 64; 36 fits every provider.
    The same arguments give the same key in every release.

    Args:
        operation_id: which request it is.
        tenant: whose it is, where several share a provider.
        generation: 1, and one more after each refusal, unless an answer
            under the key is unknown.
        store: the id of the database that the ledger is in: so that
            two of them, which have an order of one id each, do not
            meet at one provider.  Empty: as before there were such ids.
    """
    named = f"{tenant}/{operation_id}" if tenant else operation_id
    if store:
        named = f"{store}.{named}"
    if generation > 1:
        named = f"{named}#{generation}"
    if len(named) <= _KEY_LENGTH:
        return named
    return hashlib.sha256(named.encode()).hexdigest()[:_KEY_LENGTH]
