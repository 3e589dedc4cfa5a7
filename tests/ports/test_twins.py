"""Each port has a sync and an async half, and they are one."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from orderlife import Case
from orderlife.engine.ports import AsyncPorts, Ports
from orderlife.house import HOUSE
from orderlife.memory.ports import (
    InMemoryPorts,
    async_in_memory_ports,
    in_memory_ports,
)
from orderlife.ports.base import (
    Capabilities,
    Intent,
    PersonalIntent,
    provider_key,
)
from orderlife.ports.carrier import (
    AsyncCarrier,
    Carrier,
    CarrierIntent,
    CarrierOutcome,
)
from orderlife.ports.inventory import (
    AsyncInventoryStore,
    InventoryIntent,
    InventoryOutcome,
    InventoryStore,
)
from orderlife.ports.notifier import (
    AsyncNotifier,
    Notifier,
    NotifierOutcome,
    Notify,
)
from orderlife.ports.payment import (
    AsyncPaymentGateway,
    PaymentGateway,
    PaymentIntent,
    PaymentOutcome,
    PaymentReport,
)
from orderlife.ports.port import Port
from orderlife.ports.store import AsyncOrderStore, OrderStore
from orderlife.testing import Clock

TWINS: tuple[tuple[type, type], ...] = (
    (PaymentGateway, AsyncPaymentGateway),
    (Carrier, AsyncCarrier),
    (InventoryStore, AsyncInventoryStore),
    (Notifier, AsyncNotifier),
    (OrderStore, AsyncOrderStore),
)
UNIONS: dict[str, tuple[Any, Any]] = {
    "payment": (PaymentIntent, PaymentOutcome),
    "carrier": (CarrierIntent, CarrierOutcome),
    "inventory": (InventoryIntent, InventoryOutcome),
    "notifier": (Notify, NotifierOutcome),
}
"""What each port is asked, and what it answers."""

SAID = {"capabilities", "may_forget"}
"""What a port says of itself."""


def methods(port: type) -> dict[str, Any]:
    """The methods of a protocol, with its properties' getters."""
    return {
        name: found.fget if isinstance(found, property) else found
        for each in reversed(port.__mro__)
        for name, found in vars(each).items()
        if not name.startswith("_")
    }


def intents_of(union: Any) -> tuple[type[Intent], ...]:
    """The members of a union, or the only one."""
    return get_args(union) or (union,)


@pytest.mark.parametrize(("port", "twin"), TWINS)
def test_twins_have_the_same_methods(port: type, twin: type) -> None:
    """Names, parameters, annotations and docstrings are the same."""
    ours, others = methods(port), methods(twin)
    assert list(ours) == list(others)
    for name, method in ours.items():
        other = others[name]
        assert inspect.signature(method) == inspect.signature(other), name
        hints = typing.get_type_hints(method)
        assert hints == typing.get_type_hints(other), name
        assert inspect.getdoc(method) == inspect.getdoc(other), name
        assert inspect.getdoc(method), name


@pytest.mark.parametrize(("port", "twin"), TWINS)
def test_only_one_of_the_twins_is_awaited(port: type, twin: type) -> None:
    """All but what is said of it is awaited of the async twin."""
    for name, method in methods(port).items():
        assert not inspect.iscoroutinefunction(method)
        other = methods(twin)[name]
        is_async = inspect.iscoroutinefunction(other)
        assert is_async == (name not in SAID), name


@pytest.mark.parametrize("port", [port for port, _ in TWINS])
def test_a_method_takes_one_positional_argument(port: type) -> None:
    """One value goes in, so that a call can be a value too."""
    for name, method in methods(port).items():
        if name in SAID:
            continue
        _, *parameters = inspect.signature(method).parameters.values()
        assert [p.kind for p in parameters] == [
            inspect.Parameter.POSITIONAL_ONLY
        ], name


@pytest.mark.parametrize("port", HOUSE.ports.values())
def test_every_intent_has_a_method(port: Port) -> None:
    """Besides asking, a port does nothing that no intent asks for."""
    union, every = UNIONS[port.name]
    assert set(port.methods) == set(port.outcomes) == {*intents_of(union)}
    assert set(methods(port.protocol)) == {
        "capabilities",
        *port.asking,
        *port.methods.values(),
    }
    for intent, method in port.methods.items():
        assert intent.port == port.name
        hints = typing.get_type_hints(getattr(port.protocol, method))
        assert hints["intent"] is intent
        assert port.outcomes[intent] == get_args(hints["return"])
    assert set(get_args(every)) <= set(get_args(port.reports))


def test_some_methods_only_ask() -> None:
    """What became of an intent, and what a parcel would cost."""
    asking = {port.name: set(port.asking) for port in HOUSE.ports.values()}
    assert asking.pop("carrier") == {"look_up", "quote"}
    assert set(map(frozenset, asking.values())) == {frozenset({"look_up"})}


def test_a_report_can_say_all_that_an_answer_can() -> None:
    """And what only comes later: failures, lapses, disputes."""
    assert set(get_args(PaymentOutcome)) < set(get_args(PaymentReport))


def the_fakes_fit(ports: InMemoryPorts) -> Iterator[object]:
    """Hold for mypy that the fakes are what the protocols ask for."""
    store: OrderStore[Case] = ports.store
    payment: PaymentGateway = ports.payment
    carrier: Carrier = ports.carrier
    inventory: InventoryStore = ports.inventory
    notifier: Notifier = ports.notifier
    yield from (store, payment, carrier, inventory, notifier)


def test_the_fakes_are_ports() -> None:
    """Sync and async, they are handed to a desk as they are."""
    clock = Clock()
    ports: Ports = in_memory_ports(clock=clock)
    twins: AsyncPorts = async_in_memory_ports(clock=clock)
    assert isinstance(ports, InMemoryPorts)
    assert len(list(the_fakes_fit(ports))) == len(TWINS)
    for (port, twin), name in zip(
        TWINS,
        ("payment", "carrier", "inventory", "notifier", "store"),
        strict=True,
    ):
        for method in methods(port):
            assert hasattr(getattr(ports, name), method)
        for method in methods(twin):
            assert hasattr(getattr(twins, name), method)


def test_people_are_never_compared_nor_shown() -> None:
    """What a port is given of a person shows in no repr."""
    for kind in (Notify, *get_args(CarrierIntent)):
        if issubclass(kind, PersonalIntent):
            field = kind.__attrs_attrs__.people
            assert not field.repr
            assert not field.eq


def test_a_key_fits_every_provider() -> None:
    """Short ids are their own keys; long ones are hashed, always alike."""
    assert provider_key("o1:capture:2") == "o1:capture:2"
    assert provider_key("x" * 36) == "x" * 36
    assert provider_key("x" * 37) == "6ee29e87d96ee4fcb3baef255923aecee9d0"
    assert len(provider_key("x" * 100)) == 36
    assert provider_key("x" * 100) != provider_key("x" * 101)


def test_an_adapter_promises_nothing_by_default() -> None:
    """Neither to deduplicate nor to answer questions."""
    able = Capabilities()
    assert not able.deduplicates
    assert not able.looks_up
    assert able.window is None
