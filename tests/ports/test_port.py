"""A port is read off its Protocol, and names what is missing in it."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, TypeAlias

import attrs
import pytest

from orderlife._kernel.house import House
from orderlife._kernel.messages import Fact
from orderlife._kernel.room import reports
from orderlife._values.money import Money
from orderlife.errors import LifecycleError
from orderlife.house import HOUSE, ROOMS
from orderlife.ports.base import (
    Capabilities,
    Fate,
    Intent,
    NotKnown,
    Outcome,
    Unknown,
)
from orderlife.ports.notifier import NotSent
from orderlife.ports.payment import Authorized
from orderlife.ports.port import Port


@attrs.frozen(kw_only=True)
class Screen(Intent):
    """Ask whether an order is a fraud."""

    port: ClassVar[str] = "fraud"
    operation: ClassVar[str] = "check"


@attrs.frozen(kw_only=True)
class Recheck(Intent):
    """Ask once more, and say that it is the same."""

    port: ClassVar[str] = "fraud"
    operation: ClassVar[str] = "check"


@attrs.frozen
class Cleared(Outcome):
    """It is none."""

    becomes: ClassVar[Fate] = Fate.DONE


@attrs.frozen
class Suspected(Outcome):
    """It is one; and the class does not say what that means."""


@attrs.frozen
class Watched:
    """Reported later, without having been asked for."""


Answer: TypeAlias = Cleared | Unknown


class Asking(Protocol):
    """What every port has."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do about an answer that never came."""
        ...

    def look_up(self, intent: Screen, /) -> Answer | NotKnown:
        """Tell what became of it."""
        ...


class Screening(Asking, Protocol):
    """Judges orders."""

    def screen(self, intent: Screen, /) -> Answer:
        """Judge an order."""
        ...


class AsyncAsking(Protocol):
    """What every port has, awaited."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do about an answer that never came."""
        ...

    async def look_up(self, intent: Screen, /) -> Answer | NotKnown:
        """Tell what became of it."""
        ...


class AsyncScreening(AsyncAsking, Protocol):
    """Judges orders, awaited."""

    async def screen(self, intent: Screen, /) -> Answer:
        """Judge an order."""
        ...


def test_a_port_of_your_own_is_read_off_its_protocol() -> None:
    """With what its protocol inherits."""
    port = Port("fraud", Screening, AsyncScreening, moves=False)
    assert port.methods == {Screen: "screen"}
    assert port.outcomes == {Screen: (Cleared, Unknown)}
    assert port.operations == {"check": Screen}
    assert port.asking == ("look_up",)
    assert port.reports == Answer
    assert not port.moves


def test_more_can_be_reported_than_is_answered() -> None:
    """But no less."""
    port = Port("fraud", Screening, AsyncScreening, reports=Answer | Watched)
    assert port.reports == Cleared | Unknown | Watched
    with pytest.raises(LifecycleError, match="Cleared is missing in what is"):
        Port("fraud", Screening, AsyncScreening, reports=Watched | Unknown)


def function(name: str, takes: Any, gives: Any) -> tuple[Any, Any]:
    """A method and its twin."""

    def method(self: Any, intent: Any) -> Any: ...

    async def twin(self: Any, intent: Any) -> Any: ...

    for each in (method, twin):
        each.__name__ = name
        each.__annotations__ = {"intent": takes, "return": gives}
    return method, twin


def pair(*without: str, **given: Any) -> tuple[type, type]:
    """A protocol and its twin, with these methods besides ``screen``."""
    asked = {
        "screen": (Screen, Answer),
        "look_up": (Screen, Answer | NotKnown),
        **given,
    }
    said = {"capabilities": Screening.capabilities}
    made: tuple[dict[str, Any], dict[str, Any]] = (dict(said), dict(said))
    for name, (takes, gives) in asked.items():
        for members, found in zip(
            made, function(name, takes, gives), strict=True
        ):
            members[name] = found
    for name in without:
        for members in made:
            del members[name]
    ours, theirs = made
    return type("Ours", (), ours), type("Theirs", (), theirs)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (pair("capabilities"), "Ours has no property capabilities"),
        (pair("look_up"), "Ours has no look_up"),
        (pair("screen"), "Ours performs no intent"),
        (pair(again=(Screen, Answer)), "Screen is performed by screen and "),
        (pair(again=(Recheck, Answer)), "Screen and Recheck are both check"),
        (pair(other=(Intent, Answer)), "Intent is not an intent of it"),
        (pair(screen=(Screen, Cleared)), "Unknown is missing in what screen"),
        (
            pair(screen=(Screen, Suspected | Unknown)),
            "Suspected does not say what becomes of an effect",
        ),
        (
            pair(screen=(Screen, Watched | Unknown)),
            "Watched does not say what becomes of an effect",
        ),
        (pair(look_up=(Intent, Answer)), "Screen is missing in what look_up "),
        (
            pair(look_up=(Screen, Answer)),
            "NotKnown is missing in what look_up answers",
        ),
        (
            pair(look_up=(Screen, Unknown | NotKnown)),
            "Cleared is missing in what look_up answers",
        ),
    ],
)
def test_a_protocol_that_lacks_something_is_named(
    wrong: tuple[type, type], why: str
) -> None:
    """At import, and by what is missing."""
    with pytest.raises(LifecycleError, match=f"^port fraud: {why}"):
        Port("fraud", *wrong)


def silent(self: object, limit: int):  # type: ignore[no-untyped-def] # noqa: ANN201
    """Ask something."""


Silent = type("Silent", (Screening,), {"ask": silent})


class Greedy(Screening, Protocol):
    """One of its methods takes two values."""

    def ask(self, limit: int, more: int, /) -> int:
        """Ask something."""
        ...


class Odd(AsyncAsking, Protocol):
    """One of its methods takes something else."""

    async def screen(self, intent: Intent, /) -> Answer:
        """Judge an order."""
        ...


@pytest.mark.parametrize(
    ("protocol", "twin", "why"),
    [
        (Silent, AsyncScreening, "Silent.ask does not say what it answers"),
        (Greedy, AsyncScreening, "Greedy.ask must take one value, with its"),
        (Screening, AsyncAsking, "AsyncAsking has no screen"),
        (Asking, AsyncScreening, "Asking has no screen"),
        (AsyncScreening, AsyncScreening, "AsyncScreening.look_up is async"),
        (Screening, Screening, "Screening.look_up is not Screening.look_up, "),
        (Screening, Odd, "Odd.screen is not Screening.screen, awaited"),
    ],
)
def test_twins_are_one_port(protocol: type, twin: type, why: str) -> None:
    """What they do not share is named."""
    with pytest.raises(LifecycleError, match=f"^port fraud: {why}"):
        Port("fraud", protocol, twin)


def test_all_ports_are_one_list() -> None:
    """Each with its intents; none is of two ports."""
    ports = HOUSE.ports
    assert list(ports) == ["notifier", "payment", "inventory", "carrier"]
    assert [name for name in ports if not HOUSE.moves(name)] == ["notifier"]
    methods = [method for port in ports.values() for method in port.methods]
    assert len(HOUSE.methods) == len(methods)
    assert set(HOUSE.methods) == set(HOUSE.outcomes)


FATES = {
    "AuthorizationLapsed": None,
    "Authorized": Fate.DONE,
    "CaptureFailed": None,
    "Captured": Fate.DONE,
    "CreditIssued": Fate.DONE,
    "Declined": Fate.REFUSED,
    "HeldStock": Fate.DONE,
    "InterceptAccepted": Fate.DONE,
    "InterceptRejected": Fate.REFUSED,
    "Label": Fate.DONE,
    "LabelPending": Fate.WAITING,
    "LabelRefused": Fate.REFUSED,
    "LabelVoided": Fate.DONE,
    "NotSent": Fate.REFUSED,
    "Pending": Fate.WAITING,
    "Refunded": Fate.DONE,
    "RequiresAction": Fate.WAITING,
    "Sent": Fate.DONE,
    "StockChanged": Fate.DONE,
    "StockGone": Fate.REFUSED,
    "StockShort": Fate.REFUSED,
    "Unknown": Fate.IN_DOUBT,
    "VoidPending": Fate.WAITING,
    "VoidRejected": Fate.REFUSED,
    "Voided": Fate.DONE,
}


def test_each_outcome_says_what_becomes_of_its_effect() -> None:
    """By its class, for those that somebody reports unasked there is none."""
    found = {
        outcome.__name__: outcome.becomes
        for outcomes in HOUSE.outcomes.values()
        for outcome in outcomes
    }
    assert {name: fate for name, fate in FATES.items() if fate} == found


def test_what_was_not_sent_may_be_sent_again() -> None:
    """That depends on what it says."""
    assert NotSent("so").fate is Fate.REFUSED
    assert NotSent("so", permanent=False).fate is Fate.AGAIN
    assert Cleared().fate is Fate.DONE


def test_an_outcome_says_why() -> None:
    """Its name, where it has nothing else to say."""
    assert Cleared().why == "Cleared"
    assert Unknown("lost").why == "lost"
    assert NotSent("so").why == "so"


def test_an_authorisation_takes_the_word_of_its_gateway() -> None:
    """Unless it has one of its own; others leave nothing open."""
    able = Capabilities(captures_in_parts=True)
    open_ = Authorized(reference="a", amount=Money("1", "EUR"))
    assert open_.told_by(able).captures_in_parts is True
    assert open_.told_by(Capabilities()).captures_in_parts is False
    settled = attrs.evolve(open_, captures_in_parts=False)
    assert settled.told_by(able) is settled
    cleared = Cleared()
    assert cleared.told_by(able) is cleared


def test_a_house_hears_each_answer_once() -> None:
    """In the room that asked, of a port that there is."""

    def house(*rooms: Any) -> House:
        return House(
            *rooms,
            phase=HOUSE._phase,
            at_rest=HOUSE.matters,
            admits=HOUSE.admits,
            concludes=HOUSE._concludes,
        )

    order, payment, *others = ROOMS
    twice: Any = attrs.evolve(
        payment, reports=(*payment.reports, payment.reports[0])
    )
    with pytest.raises(LifecycleError, match="Authorize is reported twice"):
        house(order, twice, *others)
    stray = reports(Screen, Fact, lambda *_: None)
    nobody: Any = attrs.evolve(payment, reports=(*payment.reports, stray))
    with pytest.raises(LifecycleError, match="Screen is performed by no port"):
        house(order, nobody, *others)
