"""What a command would do, as it is shown before it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from orderlife._kernel.messages import Event
from orderlife._kernel.offers import NotAllowed
from orderlife._values.money import Money
from orderlife._values.plain import HIDDEN, Shown
from orderlife.ports.notifier import MessageKind
from orderlife.rooms.status import Status

__all__ = [
    "EffectPreview",
    "LineStanding",
    "MessagePreview",
    "MoneyPreview",
    "Preview",
    "Standing",
]


@attrs.frozen(kw_only=True)
class LineStanding(Shown):
    """How many units of a line are where."""

    line_id: str
    label: str
    """What is in it: its title, or its SKU."""
    ordered: int
    wanted: int
    """Ordered and not cancelled."""
    cancelled: int
    shipped: int
    delivered: int
    returned: int
    refunded: int


@attrs.frozen(kw_only=True)
class Standing(Shown):
    """Where an order stands: its status, its units and its money."""

    status: Status
    lines: tuple[LineStanding, ...]
    total: Money
    """The order's total when it was placed."""
    due: Money
    """See ``OrderView.due``."""
    paid: Money
    """The amount captured, refunds not deducted."""
    refunded: Money
    """The amount given back, as money or as store credit."""


@attrs.frozen(kw_only=True)
class MoneyPreview(Shown):
    """What would be asked of the gateway at once, and what goes out."""

    to_secure: Money
    """To be authorised."""
    to_collect: Money
    """To be captured."""
    to_release: Money
    """Authorised, and to be voided."""
    to_give_back: Money
    """To be refunded, as money or as store credit."""
    gives_away: Money
    """What goes back or is done without, now and by what follows from it:
    what counts against the limit of the actor."""


@attrs.frozen(kw_only=True)
class MessagePreview(Shown):
    """A message that would be sent; the notifier writes its text."""

    kind: MessageKind
    audience: Literal["customer", "staff"]
    subject: str
    """Id of the order, shipment or return that it is about."""
    details: Mapping[str, str]


@attrs.frozen(kw_only=True)
class EffectPreview(Shown):
    """A request that would be made to a port, but for a message."""

    port: str
    request: str
    """What is asked: the name of the intent, such as ``Capture``."""
    operation_id: str


@attrs.frozen(kw_only=True)
class Preview(Shown):
    """What a command would do now.  Nothing of it has happened.

    It says what is decided at once.  What follows from the answers of
    ports is not known before they answer: a capture may be declined, and
    what an order gives back once a label is voided is in
    ``money.gives_away`` alone.
    """

    order_id: str
    label: str
    """The label of the command's button."""
    subject_label: str
    """What it is about, as in *Shipment o1-s1*."""
    refusal: NotAllowed | None = None
    """Why it would not be followed; None: it would be."""
    before: Standing | None = None
    """The order as it is; None: there is none yet, or its actor may not
    know."""
    after: Standing | None = None
    """The order as it would be; None: the command is refused."""
    money: MoneyPreview | None = None
    """None: the command is refused."""
    messages: tuple[MessagePreview, ...] = ()
    """Those to the staff are left out if a customer asks."""
    effects: tuple[EffectPreview, ...] = ()
    retried: tuple[str, ...] = ()
    """Ids of operations that would be tried again."""
    events: tuple[Event, ...] = attrs.field(
        default=(), repr=False, metadata=HIDDEN
    )
    """What would be recorded; none: it would change nothing, or is
    refused."""
