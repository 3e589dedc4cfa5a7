"""The tables of the documentation say what the code says."""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias, get_args

import attrs
import pytest

import orderlife
from orderlife import (
    OrderDesk,
    Policy,
    errors,
    invariants,
    ports as port_room,
    testing,
)
from orderlife.__main__ import main
from orderlife._values import limits
from orderlife.diagram import LIFECYCLES
from orderlife.house import HOUSE
from orderlife.memory import _accounts, _gateway_books, carrier
from orderlife.ports.base import Capabilities
from orderlife.ports.carrier import CARRIER
from orderlife.ports.inventory import INVENTORY
from orderlife.ports.notifier import NOTIFIER, MessageKind
from orderlife.ports.payment import PAYMENT
from orderlife.ports.port import Port
from orderlife.ports.store import CommitOutcome, EffectState, OrderStore
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Units
from orderlife.rooms.order.status import FulfilmentStatus
from orderlife.rooms.payment.status import PaymentStatus
from orderlife.rooms.returns.status import ReturnsStatus
from orderlife.warehouse import shelves
from tests.desk.test_words import VERBS

pytestmark = pytest.mark.one_python

DOCS = Path(__file__).parents[2] / "docs"
Rows: TypeAlias = dict[str, list[str]]
API = "reference/api.md"
ROOM_NAMES = {room.name for room in HOUSE.rooms}
RULES = [
    import_module(f"orderlife.rooms.{room.name}.invariants")
    for room in HOUSE.rooms
]
"""What must hold of each room."""


def page(path: str) -> str:
    """Read a page."""
    return (DOCS / path).read_text(encoding="utf-8")


def section(path: str, heading: str) -> str:
    """Cut one section, with those below it, out of a page."""
    level, text = heading.split(maxsplit=1)[0], page(path)
    assert f"\n{heading}\n" in text, f"{path} has no {heading!r}"
    after = text.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"^#{{1,{len(level)}}} ", after, flags=re.MULTILINE)[0]


def rows(text: str) -> Rows:
    """Give the rows of all tables in a text, by their first cell."""
    found: Rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or set(cells[0]) <= {"-"}:
            continue
        name = cells[0].strip("`")
        if name != cells[0] or name.isdigit():
            assert name not in found, f"{name} stands twice"
            found[name] = cells
    return found


def ticked(cell: str) -> list[str]:
    """Give what stands between backticks."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", cell)


def names(union: Any) -> set[str]:
    """Give the names of a union's members."""
    return {member.__name__ for member in get_args(union)}


def test_every_exception_kind_has_its_remedies() -> None:
    """The guide lists each kind, with its remedies in their order."""
    found = rows(section("how-to/settle-exceptions.md", "## All kinds"))
    expected = {
        kind.value: [remedy.value for remedy in remedies]
        for kind, remedies in HOUSE.remedies.items()
    }

    assert expected == {kind: ticked(row[2]) for kind, row in found.items()}


def test_every_remedy_is_explained() -> None:
    """The guide says of each remedy what follows from it."""
    text = section("how-to/settle-exceptions.md", "## What a remedy means")
    used = {
        remedy.value for some in HOUSE.remedies.values() for remedy in some
    }

    assert used == set(rows(text))


@pytest.mark.parametrize(
    ("heading", "kinds"),
    [
        ("## Commands", HOUSE.commands),
        ("## Facts", HOUSE.facts),
        ("## Events", HOUSE.events),
    ],
)
def test_every_message_is_listed(
    heading: str, kinds: tuple[type, ...]
) -> None:
    """The page of the messages has them all, and no others."""
    listed = set(rows(section("reference/messages.md", heading)))
    assert {kind.__name__ for kind in kinds} == listed


def test_verbs_are_those_of_a_desk() -> None:
    """What is called a desk's verb is one."""
    text = page("reference/messages.md")
    listed = rows(section("reference/messages.md", "## Commands"))
    listed |= rows(section("reference/messages.md", "## Facts"))
    verbs = [verb for row in listed.values() for verb in ticked(row[1])]

    assert len(verbs) > 20, text
    assert [verb for verb in verbs if verb not in VERBS] == []


@pytest.mark.parametrize(
    ("heading", "port"),
    [
        ("## Payment", PAYMENT),
        ("## Carrier", CARRIER),
        ("## Inventory", INVENTORY),
        ("## Notifier", NOTIFIER),
    ],
)
def test_every_intent_has_its_outcomes(heading: str, port: Port) -> None:
    """The page of the ports has each intent, its method and its answers."""
    found = rows(section("reference/ports.md", heading))
    for intent, method in port.methods.items():
        row = found[intent.__name__]
        outcomes = {outcome.__name__ for outcome in port.outcomes[intent]}

        assert [method] == ticked(row[1])
        assert outcomes == set(ticked(row[3]))


def test_every_message_kind_is_listed() -> None:
    """The page of the ports says when each message is sent."""
    found = rows(section("reference/ports.md", "## Notifier"))

    assert {kind.value for kind in MessageKind} == set(found) - {"Notify"}


def test_store_is_described_whole() -> None:
    """The page of the ports has the store's methods and effect states."""
    text = section("reference/ports.md", "## Store")
    methods = {name for name in dir(OrderStore) if not name.startswith("_")}
    states = {state.value for state in EffectState}

    assert methods | states == set(rows(text))
    assert names(CommitOutcome) <= set(ticked(text))


NO_ERRORS = {"Problem", "ForgetfulStoreWarning"}
"""What is beside the errors: a part of one, and a warning."""


def test_every_error_is_in_the_tree() -> None:
    """The tree of the errors is that of their classes."""
    tree = page("reference/errors.md").split("```text\n")[1].split("```")[0]
    above: list[type] = []
    found = set()
    for line in tree.splitlines():
        name = re.findall(r"\w+Error", line)[0]
        kind, depth = getattr(errors, name), line.index(name) // 4
        above = [*above[:depth], kind]
        found.add(name)
        assert depth == 0 or above[depth - 1] in kind.__bases__

    assert set(errors.__all__) - NO_ERRORS == found


def test_every_error_has_its_remedy() -> None:
    """Each error is told what to do about, or stands for its branch."""
    text = section("reference/errors.md", "## What to do")
    branches = set(ticked(text.split("whole branch:")[1]))

    assert set(errors.__all__) - NO_ERRORS == branches | set(rows(text))


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("## order", [state.value for state in OrderState]),
        ("## payment", get_args(PaymentStatus)),
        ("## fulfilment", get_args(FulfilmentStatus)),
        ("## returns", get_args(ReturnsStatus)),
        ("## Units", [field.name for field in attrs.fields(Units)]),
    ],
)
def test_every_status_is_listed(heading: str, values: list[str]) -> None:
    """The page of the statuses has all values of each axis."""
    found = rows(section("reference/statuses.md", heading))

    assert set(values) == set(found)


def test_invariants_are_numbered() -> None:
    """The list of the invariants is in order, and no number stands twice."""
    found = rows(page("reference/invariants.md"))
    numbers = [int(name) for name in found if name.isdigit()]

    assert list(range(1, 50)) == numbers[:49]
    assert sorted(set(numbers)) == numbers


@pytest.mark.parametrize(
    ("checker", "modules", "pattern"),
    [
        ("case", [invariants, *RULES], r"Violation\(\s*(\d+)"),
        ("inventory", [shelves], r"invariant (\d+)"),
        ("gateway", [_gateway_books, _accounts], r"invariant (\d+)"),
        ("carrier", [carrier], r"invariant (\d+)"),
    ],
)
def test_invariants_are_checked_where_the_list_says(
    checker: str, modules: list[ModuleType], pattern: str
) -> None:
    """The list says of each checker which rules it really checks."""
    found = rows(page("reference/invariants.md"))
    listed = {
        name
        for name, row in found.items()
        if name.isdigit() and checker in ticked(row[2])
    }
    source = "".join(inspect.getsource(module) for module in modules)

    assert set(re.findall(pattern, source)) == listed


def test_policy_has_the_fields_of_the_guide() -> None:
    """What the guide sets is a field of the policy."""
    text = section("how-to/set-the-policy.md", "## How long things wait")
    fields = {field.name for field in attrs.fields(Policy)}

    assert set(rows(text)) <= fields


def test_guide_explains_every_capability() -> None:
    """Who writes an adapter reads what each capability means."""
    found = rows(
        section("how-to/write-an-adapter.md", "## What it has to get right")
    )

    assert {field.name for field in attrs.fields(Capabilities)} == set(found)


def test_cli_page_names_every_lifecycle() -> None:
    """Each lifecycle that can be drawn is named."""
    text = section("reference/cli.md", "## diagram")

    assert set(LIFECYCLES) <= set(ticked(text))


@pytest.mark.parametrize(
    ("heading", "command"),
    [
        ("## demo", ["demo"]),
        ("## replay olist", ["replay", "olist"]),
        ("## diagram", ["diagram"]),
    ],
)
def test_cli_page_has_every_option(
    heading: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What a command's help lists, its section has, and nothing else."""
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    known = re.findall(r"--[a-z]+", capsys.readouterr().out)
    listed = re.findall(r"--[a-z]+", section("reference/cli.md", heading))

    assert set(known) - {"--help"} == set(listed)


def test_api_has_every_module_that_exports_a_name() -> None:
    """What can be imported from orderlife, a port or a fake is described."""
    ports = {
        f"ports.{m.name}" for m in pkgutil.iter_modules(port_room.__path__)
    }
    fakes = {
        getattr(testing, name).__module__.removeprefix("orderlife.")
        for name in testing.__all__
        if isinstance(getattr(testing, name), type)
    }
    modules = {*vars(orderlife)["_NAMES"], *ports, *fakes}
    listed = re.findall(r"automodule:: orderlife\.(\S+)", page(API))

    assert {m for m in modules if "._" not in m} <= set(listed)


def test_the_limits_are_these() -> None:
    """The page on security names every limit, and its value."""
    found = rows(section("explanation/security.md", "## Limits"))

    assert sorted(limits.__all__) == sorted(found)
    for name, cells in found.items():
        assert str(getattr(limits, name)) == cells[1]


def test_every_name_is_where_the_page_of_names_says() -> None:
    """It names what a module has, or a module beside it."""
    found = rows(section(API, "## Where things are"))
    for where, (_, what) in found.items():
        module = import_module(where)
        for name in ticked(what):
            if name.startswith("orderlife"):
                import_module(name)
            elif name.islower() and not hasattr(module, name):
                assert name in {*ROOM_NAMES, "lifecycle"}, (where, name)
            else:
                assert hasattr(module, name), (where, name)


def test_the_page_of_names_has_every_method_of_a_desk() -> None:
    """Its own, and those of its rooms."""
    found = rows(section(API, "## What a desk can be asked"))
    desk = OrderDesk.in_memory()
    groups = ("orders", "payments", "shipments", "returns", "exceptions")
    assert {"desk", *(f"desk.{name}" for name in groups)} == found.keys()
    for where, (_, what) in found.items():
        group = where.removeprefix("desk.")
        on = desk if group == "desk" else getattr(desk, group)
        expected = {
            name
            for name in dir(type(on))
            if not name.startswith("_") and name not in groups
        }
        assert expected == set(ticked(what)), where
