"""A desk sees when it is made whether its adapters fit."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, MagicMock, create_autospec

import attrs
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife import AsyncOrderDesk, OrderDesk, Ports, ValidationError
from orderlife.building import HOUSE
from orderlife.engine.ports import AsyncPorts
from orderlife.errors import Problem
from orderlife.memory.ports import async_in_memory_ports, in_memory_ports
from orderlife.ports.base import Capabilities, NotKnown
from orderlife.testing import (
    AsyncFakeGateway,
    AsyncInMemoryOrderStore,
    Clock,
    FakeGateway,
    InMemoryOrderStore,
)
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
)
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.adapters import an_adapter, never
from tests.rooms.engraving import (
    ENGRAVING,
    OUR_HOUSE,
    AsyncWorkshop,
    Engrave,
    Engraved,
    EngraverOutcome,
    Workshop,
)
from tests.rooms.gift_wrap import GIFT_WRAP

if TYPE_CHECKING:
    from tests.rooms.engraving import Unheard  # type: ignore[attr-defined]

ABLE = Capabilities(deduplicates=True, looks_up=True)


def problems(make: Callable[[], object]) -> dict[str, list[str]]:
    """What a desk finds wrong, by field; it is not made then."""
    with pytest.raises(ValidationError) as caught:
        make()
    found: dict[str, list[str]] = {}
    for problem in caught.value.problems:
        assert type(problem) is Problem
        found.setdefault(problem.field, []).append(problem.message)
    return found


def engraved_by(engraver: Any) -> OrderDesk:
    """A desk with this engraver."""
    return OrderDesk.in_memory(more={"engraver": engraver}, house=OUR_HOUSE)


def awaiting(engraver: Any) -> AsyncOrderDesk:
    """An async desk with this engraver."""
    return AsyncOrderDesk.in_memory(
        more={"engraver": engraver}, house=OUR_HOUSE
    )


def workshop(engrave: Any, look_up: Any = never) -> Any:
    """An engraver of these methods."""

    class Hands:
        capabilities = ABLE

    if isinstance(engrave, functools.partial):
        engrave = staticmethod(engrave)  # Python 3.14 would bind it
    Hands.engrave = engrave  # type: ignore[attr-defined]
    Hands.look_up = look_up  # type: ignore[attr-defined]
    return Hands()


def ports_with(**adapters: Any) -> Ports:
    """Ports in memory, some of them replaced."""
    fakes = in_memory_ports(clock=Clock())
    fields = {
        field.name: getattr(fakes, field.name) for field in attrs.fields(Ports)
    }
    return Ports(**fields | adapters)


def async_ports_with(**adapters: Any) -> AsyncPorts:
    """Async ports in memory, some of them replaced."""
    return attrs.evolve(
        async_in_memory_ports(clock=Clock()),
        **adapters,
    )


# --- what is refused ----------------------------------------------------


def test_an_adapter_needs_every_method_of_its_port() -> None:
    """Those that perform, and those that are only asked."""

    class Idle:
        capabilities = ABLE
        look_up = "no method"

    assert {"ports.engraver": ["has no engrave(), look_up()"]} == problems(
        lambda: engraved_by(Idle())
    )
    assert {"ports.engraver": ["has no engrave(), look_up()"]} == problems(
        lambda: awaiting(Idle())
    )


def test_a_class_is_no_adapter() -> None:
    """Whatever stands in it."""
    why = "is the class Workshop: give an instance of it"
    assert {"ports.engraver": [why]} == problems(lambda: engraved_by(Workshop))


def test_a_desk_that_awaits_nothing_refuses_async_methods() -> None:
    """It names the desk that awaits them."""
    why = "async: this desk awaits nothing; AsyncOrderDesk does"
    assert {"ports.engraver": [f"engrave(), look_up() are {why}"]} == problems(
        lambda: engraved_by(AsyncWorkshop(Workshop()))
    )

    async def engrave(self: Any, intent: Engrave, /) -> Engraved:
        return Engraved()

    assert {"ports.engraver": [f"engrave() is {why}"]} == problems(
        lambda: engraved_by(workshop(engrave))
    )
    part = functools.partial(engrave, None)
    assert {"ports.engraver": [f"engrave() is {why}"]} == problems(
        lambda: engraved_by(workshop(part))
    )


def test_a_desk_that_awaits_refuses_what_nobody_can_await() -> None:
    """If the method's annotation says so."""
    why = "not async: this desk awaits answers; OrderDesk does not"
    assert {"ports.engraver": [f"engrave(), look_up() are {why}"]} == problems(
        lambda: awaiting(Workshop())
    )


def test_the_ports_of_the_library_are_looked_at_in_the_same_way() -> None:
    """And all that is wrong is told at once."""
    gateway = AsyncFakeGateway(FakeGateway())
    inventory = an_adapter("inventory", attrs.evolve(ABLE, queues=True))
    carrier = an_adapter("carrier", ABLE)
    del carrier.void_label
    ports = ports_with(
        store=InMemoryOrderStore,
        payment=gateway,
        inventory=inventory,
        carrier=carrier,
        notifier=None,
    )
    methods = (
        "authorize(), capture(), void(), refund(), issue_credit(), look_up()"
    )
    why = "async: this desk awaits nothing; AsyncOrderDesk does"
    assert {
        "ports.store": [
            "is the class InMemoryOrderStore: give an instance of it"
        ],
        "ports.notifier": ["is a NoneType, without Capabilities"],
        "ports.payment": [f"{methods} are {why}"],
        "ports.inventory": ["has no fillable()"],
        "ports.carrier": ["has no void_label()"],
    } == problems(lambda: OrderDesk(ports))


def test_a_store_is_asked_in_the_way_of_its_desk() -> None:
    """As an adapter is."""
    (why,) = problems(
        lambda: OrderDesk(ports_with(store=AsyncInMemoryOrderStore()))
    )["ports.store"]
    assert why.startswith("load(), answer(), commit(), ")
    assert why.endswith(
        "are async: this desk awaits nothing; AsyncOrderDesk does"
    )
    (why,) = problems(
        lambda: AsyncOrderDesk(async_ports_with(store=InMemoryOrderStore()))
    )["ports.store"]
    assert why.startswith("load(), answer(), ")
    assert why.endswith("awaits answers; OrderDesk does not")
    assert {"ports.store": ["has no load(), answer()"]} == {
        where: [why[:23] for why in found]
        for where, found in problems(
            lambda: OrderDesk(ports_with(store=object()))
        ).items()
    }


def test_no_ports_are_no_adapters() -> None:
    """Each of them is missing, and the store."""
    found = problems(lambda: OrderDesk(None))  # type: ignore[arg-type]
    (why,) = found.pop("ports.store")
    assert why.startswith("has no load(), ")
    assert {f"ports.{name}" for name in HOUSE.ports} == found.keys()


# --- what is not judged -------------------------------------------------


class Delegating:
    """Hands everything on."""

    def __init__(self, inner: object) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def wrapped(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that keeps another's annotations, and may answer otherwise."""

    @functools.wraps(method)
    def instead(*given: Any) -> Any:
        raise NotImplementedError

    return instead


async def awaited(self: Any, intent: Engrave, /) -> Engraved:
    """Be awaited."""
    raise NotImplementedError


def plain(self: Any, intent: Engrave, /) -> Engraved:
    """Give no awaitable."""
    raise NotImplementedError


def mocked(mock: Any) -> Any:
    """An engraver of a test."""
    mock.capabilities = ABLE
    return mock


def test_an_adapter_may_be_made_in_any_way() -> None:
    """It hands on, is wrapped, or is a mock."""
    for engraver in (
        Workshop(),
        Delegating(Workshop()),
        mocked(MagicMock()),
        mocked(MagicMock(spec=Workshop)),
        mocked(create_autospec(Workshop, instance=True)),
        workshop(wrapped(awaited)),
        workshop(functools.partial(plain, None)),
    ):
        assert engraved_by(engraver).engine.capabilities["engraver"] == ABLE


def test_a_plain_function_may_give_an_awaitable() -> None:
    """Where its annotation does not rule that out."""

    def silent(self: Any, intent: Engrave, /) -> Any:
        raise NotImplementedError

    silent.__annotations__.clear()

    def anything(self: Any, intent: Engrave, /) -> Any:
        raise NotImplementedError

    def an_object(self: Any, intent: Engrave, /) -> object:
        raise NotImplementedError

    def handed_on(self: Any, intent: Engrave, /) -> Awaitable[Engraved]:
        raise NotImplementedError

    def either(
        self: Any, intent: Engrave, /
    ) -> Engraved | Awaitable[EngraverOutcome]:
        raise NotImplementedError

    def not_loaded(self: Any, intent: Engrave, /) -> Unheard:
        raise NotImplementedError

    def old(self: Any, intent: Engrave, /) -> Generator[Any, Any, Engraved]:
        raise NotImplementedError
        yield

    for method in (
        silent,
        anything,
        an_object,
        handed_on,
        either,
        not_loaded,
        old,
        wrapped(plain),
        functools.partial(plain, None),
    ):
        desk = awaiting(workshop(method))
        assert desk.engine.capabilities["engraver"] == ABLE
    for engraver in (
        AsyncWorkshop(Workshop()),
        Delegating(AsyncWorkshop(Workshop())),
        mocked(AsyncMock()),
        mocked(MagicMock()),
    ):
        desk = awaiting(engraver)
        assert desk.engine.capabilities["engraver"] == ABLE


@pytest.mark.parametrize(
    "gives", [Engraved, EngraverOutcome, Engraved | NotKnown, tuple[int, ...]]
)
def test_an_annotation_without_an_awaitable_is_believed(gives: Any) -> None:
    """Of one type, or of several."""

    def engrave(self: Any, intent: Engrave, /) -> Any:
        raise NotImplementedError

    engrave.__annotations__["return"] = gives
    (why,) = problems(lambda: awaiting(workshop(engrave)))["ports.engraver"]
    assert why.startswith("engrave() is not async")


# --- the store's house --------------------------------------------------


def stores(house: Any, path: Path) -> list[Any]:
    """A store of each kind, for a house; none is opened."""
    pool: Any = ConnectionPool("", open=False)
    async_pool: Any = AsyncConnectionPool("", open=False)
    memory = InMemoryOrderStore[Any](house=house)
    return [
        memory,
        AsyncInMemoryOrderStore(memory),
        SqliteOrderStore(path / "shop.db", house=house),
        PostgresOrderStore(pool, house=house),
        AsyncPostgresOrderStore(async_pool, house=house),
    ]


def desk_over(store: Any, house: Any) -> Any:
    """A desk of the store's kind, for a house."""
    more = {"engraver": Workshop()} if "engraver" in house.ports else {}
    if type(store).__name__.startswith("Async"):
        twins = {name: AsyncWorkshop(each) for name, each in more.items()}
        ports: Any = async_ports_with(store=store, more=twins)
        return AsyncOrderDesk(ports, house=house)
    return OrderDesk(ports_with(store=store, more=more), house=house)


def test_a_store_of_another_house_is_refused(tmp_path: Path) -> None:
    """The rooms are named that only one of the two has."""
    wrapping = HOUSE.with_(GIFT_WRAP)
    for theirs, ours, differs in (
        (HOUSE, OUR_HOUSE, "it has no room engraving"),
        (OUR_HOUSE, HOUSE, "this desk has no room engraving"),
        (
            wrapping,
            OUR_HOUSE,
            "it has no room engraving; this desk has no room gift_wrap",
        ),
        (
            HOUSE.with_(attrs.evolve(ENGRAVING, commands=())),
            OUR_HOUSE,
            "another room is called engraving",
        ),
    ):
        why = f"is of another house: {differs}. Give both the same"
        for store in stores(theirs, tmp_path):
            assert {"ports.store": [why]} == problems(
                functools.partial(desk_over, store, ours)
            )


def test_a_store_of_the_same_rooms_is_of_the_same_house(
    tmp_path: Path,
) -> None:
    """Whatever they say of themselves, and whoever put them together."""
    again = HOUSE.with_(attrs.evolve(ENGRAVING, sentences=None))
    for store in stores(again, tmp_path):
        assert store.house is again
        assert desk_over(store, OUR_HOUSE).engine.house is OUR_HOUSE


def test_a_store_may_say_nothing_of_its_house() -> None:
    """One that an application brings is as it was."""

    class Silent(Delegating):
        house = "of cards"

    store = Silent(InMemoryOrderStore[Any](house=HOUSE))
    assert desk_over(store, OUR_HOUSE).ports.store is store
