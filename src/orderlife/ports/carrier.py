"""The carrier: rates, labels, voids and intercepts.

Tracking does not come through here: scans are facts that an
application reports, in any order and any number of times.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

import attrs

from orderlife._kernel.personal import REFERENCE
from orderlife._values.money import Money
from orderlife._values.personal import Personal
from orderlife._values.times import utc_or_none
from orderlife.ports.base import (
    Capabilities,
    Fate,
    Intent,
    NotKnown,
    Outcome,
    PersonalIntent,
    Unknown,
)
from orderlife.ports.port import Port

__all__ = [
    "CARRIER",
    "AsyncCarrier",
    "BuyLabel",
    "Carrier",
    "CarrierIntent",
    "CarrierOutcome",
    "Intercept",
    "InterceptAccepted",
    "InterceptOutcome",
    "InterceptRejected",
    "Label",
    "LabelOutcome",
    "LabelPending",
    "LabelRefused",
    "LabelVoided",
    "Parcel",
    "Quoted",
    "Rate",
    "RateFailure",
    "RateRequest",
    "VoidLabel",
    "VoidLabelOutcome",
    "VoidPending",
    "VoidRejected",
]


@attrs.frozen(kw_only=True, weakref_slot=False)
class Parcel:
    """A box: grams and millimetres."""

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@attrs.frozen(kw_only=True)
class BuyLabel(PersonalIntent):
    """Buy a label for a shipment, or for a return."""

    port: ClassVar[str] = "carrier"
    operation: ClassVar[str] = "label"
    subject: str
    """The shipment's or return's id."""
    purpose: Literal["outbound", "return"]
    place: str
    """Where the goods leave from, or come back to."""
    address: str = attrs.field(metadata=REFERENCE)
    """Reference of the customer's address, a key of ``people``."""
    service: str = ""
    parcels: tuple[Parcel, ...] = ()


@attrs.frozen(kw_only=True)
class VoidLabel(Intent):
    """Give an unused label back."""

    port: ClassVar[str] = "carrier"
    operation: ClassVar[str] = "void"
    subject: str
    label_id: str


@attrs.frozen(kw_only=True)
class Intercept(Intent):
    """Ask the carrier to stop a parcel that is on its way."""

    port: ClassVar[str] = "carrier"
    subject: str
    tracking_number: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class Label(Outcome):
    """A label was bought."""

    becomes: ClassVar[Fate] = Fate.DONE
    label_id: str
    carrier: str
    tracking_number: str
    """Carriers reuse it: only unique with carrier and shipment."""
    service: str = ""
    cost: Money | None = None
    document: str = ""
    """Where the printable label is; empty for a label-free return."""


@attrs.frozen
class LabelPending(Outcome):
    """The request is accepted; the label comes by report."""

    becomes: ClassVar[Fate] = Fate.WAITING


@attrs.frozen(kw_only=True)
class LabelRefused(Outcome):
    """No label: the address, the parcel or the account is at fault."""

    becomes: ClassVar[Fate] = Fate.REFUSED
    code: str
    detail: str = ""


@attrs.frozen
class LabelVoided(Outcome):
    """The label is void; nothing was or will be moved with it."""

    becomes: ClassVar[Fate] = Fate.DONE


@attrs.frozen
class VoidRejected(Outcome):
    """The void is refused: the carrier has the parcel."""

    becomes: ClassVar[Fate] = Fate.REFUSED
    reason: str = ""


@attrs.frozen
class VoidPending(Outcome):
    """The carrier will report whether the void was accepted."""

    becomes: ClassVar[Fate] = Fate.WAITING


@attrs.frozen
class InterceptAccepted(Outcome):
    """The carrier will try to bring the parcel back."""

    becomes: ClassVar[Fate] = Fate.DONE


@attrs.frozen
class InterceptRejected(Outcome):
    """The parcel goes on to the customer."""

    becomes: ClassVar[Fate] = Fate.REFUSED
    reason: str = ""


@attrs.frozen(kw_only=True)
class RateRequest:
    """A request for the rates of parcels; changes nothing."""

    port: ClassVar[str] = "carrier"
    subject: str
    place: str
    address: str
    """Reference of the customer's address, a key of ``people``."""
    parcels: tuple[Parcel, ...]
    people: Mapping[str, Personal] = attrs.field(
        factory=dict, eq=False, repr=False
    )
    """The personal data by reference; masked, never stored."""


@attrs.frozen(kw_only=True)
class Rate:
    """One offer of one carrier."""

    carrier: str
    service: str
    cost: Money
    deliver_by: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )


@attrs.frozen(kw_only=True)
class RateFailure:
    """A carrier that gave no offer, and why."""

    carrier: str
    reason: str


@attrs.frozen(kw_only=True)
class Quoted:
    """The offers **and** each carrier's failure."""

    rates: tuple[Rate, ...]
    failures: tuple[RateFailure, ...] = ()


LabelOutcome: TypeAlias = Label | LabelPending | LabelRefused | Unknown
VoidLabelOutcome: TypeAlias = (
    LabelVoided | VoidPending | VoidRejected | Unknown
)
InterceptOutcome: TypeAlias = InterceptAccepted | InterceptRejected | Unknown
CarrierIntent: TypeAlias = BuyLabel | VoidLabel | Intercept
CarrierOutcome: TypeAlias = LabelOutcome | VoidLabelOutcome | InterceptOutcome


class Carrier(Protocol):
    """Moves parcels.  Adapters implement it for one or many carriers."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        ...

    def quote(self, request: RateRequest, /) -> Quoted | Unknown:
        """Give rates for parcels; changes nothing."""
        ...

    def buy_label(self, intent: BuyLabel, /) -> LabelOutcome:
        """Buy a label."""
        ...

    def void_label(self, intent: VoidLabel, /) -> VoidLabelOutcome:
        """Give an unused label back."""
        ...

    def intercept(self, intent: Intercept, /) -> InterceptOutcome:
        """Stop a parcel on its way."""
        ...

    def look_up(self, intent: CarrierIntent, /) -> CarrierOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        ...


class AsyncCarrier(Protocol):
    """The async twin of ``Carrier``."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        ...

    async def quote(self, request: RateRequest, /) -> Quoted | Unknown:
        """Give rates for parcels; changes nothing."""
        ...

    async def buy_label(self, intent: BuyLabel, /) -> LabelOutcome:
        """Buy a label."""
        ...

    async def void_label(self, intent: VoidLabel, /) -> VoidLabelOutcome:
        """Give an unused label back."""
        ...

    async def intercept(self, intent: Intercept, /) -> InterceptOutcome:
        """Stop a parcel on its way."""
        ...

    async def look_up(
        self, intent: CarrierIntent, /
    ) -> CarrierOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        ...


CARRIER: Final = Port("carrier", Carrier, AsyncCarrier)
"""The port of parcels."""
