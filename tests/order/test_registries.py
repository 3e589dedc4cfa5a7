"""Reasons and flags are open: ours first, then the shop's, then a room's."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from contextlib import ExitStack
from copy import copy
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

import orderlife
from orderlife import (
    Actor,
    CancelLines,
    CancelOrder,
    Case,
    DraftOrder,
    Flag,
    LifecycleError,
    Line,
    Money,
    OpenHold,
    OrderDesk,
    PlaceDraft,
    PlaceOrder,
    Policy,
    Ports,
    Problem,
    Reason,
    Refusal,
    ValidationError,
    check_invariants,
)
from orderlife._kernel.house import House
from orderlife._kernel.room import Room
from orderlife.codec import codec_of, dumps, loads
from orderlife.house import HOUSE
from orderlife.memory.clock import Clock
from orderlife.policy import CANCEL_REASONS, FLAGS, HOLD_REASONS
from orderlife.testing import in_memory_ports
from orderlife.timeline import tell
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.order.shop import ADA, CARD, HOME
from tests.rooms.gift_wrap import GIFT_WRAP, WITH_WRAPS, Wrap

STAFF = Actor("staff", "ada")
CREDIT = Reason(code="credit_check", label="Credit check")
DEAR = Reason(code="found_cheaper", label="Found it cheaper")
COLD = Flag(code="cold", label="Keep cold")
OURS = Policy()
OWN = Policy(
    hold_reasons={**HOLD_REASONS, CREDIT.code: CREDIT},
    cancel_reasons={**CANCEL_REASONS, DEAR.code: DEAR},
    flags={**FLAGS, COLD.code: COLD},
)
DAMAGED = Reason(code="gift_wrap.damaged", label="Wrap damaged")
RIBBON = Flag(code="gift_wrap.ribbon", label="With a ribbon")
WRAPS = attrs.evolve(
    GIFT_WRAP,
    hold_reasons=(DAMAGED,),
    cancel_reasons=(DAMAGED,),
    flags=(RIBBON,),
)
WRAPPING = HOUSE.with_(WRAPS)
HOLDS = (
    "payment, fraud, address, stock, delivery_date, awaiting_return, "
    "customer_request, other"
)
CANCELS = "customer, declined, fraud, inventory, staff, expired, other"


def asked(kind: type[Any], number: int = 2, **fields: Any) -> Any:
    """A command about the order."""
    return kind(order_id="o1", command_id=f"c{number}", actor=STAFF, **fields)


def placing(*flags: str, kind: type[Any] = PlaceOrder) -> Any:
    """A mug, and two cups with flags."""
    price = Money("9.00", "EUR")
    return asked(
        kind,
        1,
        lines=(
            Line(sku="mug", quantity=1, unit_price=price),
            Line(sku="cup", quantity=2, unit_price=price, flags=flags),
        ),
        tenders=(CARD,),
        ship_to=HOME,
        contact=ADA,
    )


@pytest.fixture(params=["memory", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A desk over the same store, by whatever policy and house."""
    clock = Clock()
    ports = in_memory_ports({"mug": 5, "cup": 5}, clock=clock)

    with ExitStack() as opened:

        def desk(policy: Policy, house: House = HOUSE) -> OrderDesk:
            store: Any = copy(ports.store)
            store._codec = codec_of(house)
            if request.param == "sqlite":
                store = SqliteOrderStore(tmp_path / "shop.db", house=house)
                opened.callback(store.close)
                store.migrate()
            ours = Ports(
                store=store,
                payment=ports.payment,
                carrier=ports.carrier,
                inventory=ports.inventory,
                notifier=ports.notifier,
            )
            return OrderDesk(ours, policy=policy, clock=clock, house=house)

        yield desk


def refused(answer: object) -> Problem:
    """The one thing that is wrong."""
    assert isinstance(answer, Refusal)
    assert isinstance(answer.error, ValidationError)
    (problem,) = answer.error.problems
    return problem


def placed() -> Case:
    """An order that was placed."""
    return OrderDesk.in_memory({"mug": 5, "cup": 5}).submit(placing()).case


def handled(message: Any, policy: Policy = OURS, house: House = HOUSE) -> Any:
    """What an order that was placed answers."""
    return house.handle(placed(), message, Clock()(), policy)


@pytest.mark.parametrize(
    ("kind", "fields", "listed"),
    [
        (OpenHold, {}, HOLDS),
        (CancelOrder, {}, CANCELS),
        (CancelLines, {"quantities": {"1": 1}}, CANCELS),
    ],
)
def test_an_unknown_reason_is_refused_with_those_that_are_known(
    kind: type[Any], fields: dict[str, Any], listed: str
) -> None:
    """Ours, as long as nobody has added any."""
    answer = handled(asked(kind, reason="boredom", **fields))
    what = f"boredom is not known; possible: {listed}"
    assert Problem("reason", what) == refused(answer)


def test_a_mistyped_reason_is_told_which_was_meant() -> None:
    """Also among the shop's own."""
    answer = handled(asked(OpenHold, reason="credit_chek"), OWN)
    what = (
        "credit_chek is not known; did you mean 'credit_check'? "
        f"possible: {HOLDS}, credit_check"
    )
    assert Problem("reason", what) == refused(answer)


@pytest.mark.parametrize("reason", ["", "a b", "x" * 41, "a.12345", "ä\n"])
def test_what_is_no_word_is_not_repeated(reason: str) -> None:
    """It may be somebody's; it comes from a form."""
    answer = handled(asked(OpenHold, reason=reason))
    assert Problem("reason", f"? is not known; possible: {HOLDS}") == refused(
        answer
    )


def test_a_registry_may_be_empty() -> None:
    """Then nothing can be asked for by a word of it, nor is it offered."""
    none = Policy(hold_reasons={})
    answer = handled(asked(OpenHold, reason="other"), none)
    what = "other is not known; possible: there is none"
    assert Problem("reason", what) == refused(answer)
    allowed, not_allowed = HOUSE.possible(placed(), Clock()(), none)
    assert OpenHold not in {each.command for each in allowed}
    assert OpenHold in {each.command for each in not_allowed}


def test_what_is_offered_has_a_reason_that_is_listed() -> None:
    """A shop may do without all of ours."""
    own = Policy(
        hold_reasons={CREDIT.code: CREDIT}, cancel_reasons={DEAR.code: DEAR}
    )
    for policy in (OURS, own):
        allowed, _ = HOUSE.possible(placed(), Clock()(), policy)
        assert {OpenHold, CancelOrder, CancelLines} <= {
            each.command for each in allowed
        }


def test_a_shop_s_own_words_are_kept_and_read_without_them(shop: Any) -> None:
    """What was recorded stands, and only what is asked anew is refused."""
    desk = shop(OWN)
    desk.submit(placing("fragile", "cold"))
    hold = asked(OpenHold, reason="credit_check")
    desk.submit(hold)
    view = desk.orders.cancel_lines("o1", {"1": 1}, "found_cheaper")

    later = shop(OURS)
    read = later.get("o1")
    assert view.case == read.case
    assert "credit_check" == read.holds[0].reason
    assert ("fragile", "cold") == read.lines[1].flags
    assert later.verify("o1")
    check_invariants(read.case, later.history("o1"))

    assert later.submit(hold).case == read.case, "the first answer again"
    with pytest.raises(ValidationError, match="credit_check is not known"):
        later.orders.hold("o1", "credit_check")
    with pytest.raises(ValidationError, match="cold is not known"):
        later.submit(attrs.evolve(placing("cold"), order_id="o2"))
    released = later.orders.release("o1", read.holds[0].hold_id)
    assert "cancelled" == later.cancel("o1").status.order
    assert not released.holds


def test_an_order_is_called_off_for_a_shop_s_own_reason() -> None:
    """It ends as cancelled, and its story says the word as people do."""
    desk = OrderDesk.in_memory({"mug": 5, "cup": 5}, policy=OWN)
    desk.submit(placing())
    desk.orders.cancel_lines("o1", {"2": 1}, "found_cheaper")
    view = desk.cancel("o1", "found_cheaper")
    assert "cancelled" == view.status.order
    case = Case(order_id="o1")
    told = []
    for recorded in desk.history("o1"):
        case = HOUSE.evolve(case, recorded.event)
        told.append(tell(recorded.event, case).what)
    assert 2 == sum("(found cheaper)" in each for each in told)


def test_a_room_s_words_are_known_where_the_room_is(shop: Any) -> None:
    """And stand in the history of a house that lacks it."""
    with pytest.raises(ValidationError, match=r"gift_wrap\.damaged is not"):
        shop(OURS).submit(placing("gift_wrap.damaged"))
    desk = shop(OURS, WRAPPING)
    with pytest.raises(ValidationError, match=r"rush, gift_wrap\.ribbon$"):
        desk.submit(placing("gift_wrap.damaged"))
    desk.submit(placing("gift_wrap.ribbon"))
    desk.orders.hold("o1", "gift_wrap.damaged")
    view = desk.orders.cancel_lines("o1", {"2": 1}, "gift_wrap.damaged")
    assert "gift_wrap.damaged" == view.holds[0].reason
    assert desk.verify("o1")

    without = shop(OURS)
    assert view.case == without.get("o1").case
    assert without.verify("o1")
    with pytest.raises(ValidationError, match=r"gift_wrap\.damaged is not"):
        without.orders.hold("o1", "gift_wrap.damaged")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (
            {"hold_reasons": (CREDIT,)},
            "room gift_wrap: credit_check must begin with gift_wrap.",
        ),
        (
            {"flags": (Flag(code="box.big", label="Big"),)},
            "room gift_wrap: box.big must begin with gift_wrap.",
        ),
        (
            {"cancel_reasons": (DAMAGED, DAMAGED)},
            "room gift_wrap: gift_wrap.damaged stands twice",
        ),
    ],
)
def test_a_room_s_words_carry_its_name(
    changed: dict[str, Any], why: str
) -> None:
    """Or nobody could tell whose they are."""
    room: Room[Wrap] = attrs.evolve(GIFT_WRAP, **changed)
    with pytest.raises(LifecycleError) as caught:
        HOUSE.with_(room)
    assert why == str(caught.value)


def test_the_words_of_all_rooms_are_a_house_s() -> None:
    """None are, where no room has brought any."""
    more = Room(
        name="box",
        parts=attrs.evolve(GIFT_WRAP.parts, name="box"),
        hold_reasons=(Reason(code="box.gone", label="No box"),),
    )
    assert {} == HOUSE.words == WITH_WRAPS.words
    assert {
        "hold_reasons": ("gift_wrap.damaged", "box.gone"),
        "cancel_reasons": ("gift_wrap.damaged",),
        "flags": ("gift_wrap.ribbon",),
    } == HOUSE.with_(WRAPS, more).words


def test_a_word_of_a_room_that_the_policy_lists_is_told_once() -> None:
    """A shop may keep one whose room has gone."""
    both = Policy(hold_reasons={DAMAGED.code: DAMAGED})
    answer = handled(asked(OpenHold, reason="torn"), both, WRAPPING)
    assert refused(answer).message.endswith(": gift_wrap.damaged")
    held = handled(asked(OpenHold, reason="gift_wrap.damaged"), both)
    assert "gift_wrap.damaged" == held.case.placed.holds[0].reason


@pytest.mark.parametrize("kind", [PlaceOrder, DraftOrder])
def test_unknown_flags_are_refused_each_by_its_place(kind: type[Any]) -> None:
    """With those that are known."""
    form = placing("fragile", "fragil", "wet", kind=kind)
    answer = HOUSE.handle(Case(order_id="o1"), form, Clock()())
    assert isinstance(answer, Refusal)
    assert isinstance(answer.error, ValidationError)
    assert (kind.__name__, "fragile, gift, rush") == (
        answer.error.what,
        ", ".join(FLAGS),
    )
    assert [
        Problem(
            "lines[1].flags[1]",
            "fragil is not known; did you mean 'fragile'? "
            "possible: fragile, gift, rush",
        ),
        Problem(
            "lines[1].flags[2]",
            "wet is not known; possible: fragile, gift, rush",
        ),
    ] == list(answer.error.problems)


def test_a_flag_stands_once() -> None:
    """Twice is a mistake, and is named."""
    form = placing("gift", "rush", "gift", "rush")
    answer = HOUSE.handle(Case(order_id="o1"), form, Clock()())
    assert Problem("lines[1].flags", "'gift' stands twice") == refused(answer)


def test_a_draft_keeps_its_flags_though_they_are_listed_no_more(
    shop: Any,
) -> None:
    """Nobody asks for them anew."""
    shop(OWN).submit(placing("cold", kind=DraftOrder))
    view = shop(OURS).submit(asked(PlaceDraft))
    assert "confirmed" == view.status.order
    assert ("cold",) == view.lines[1].flags


def test_the_flags_of_what_is_sent_are_those_of_its_lines() -> None:
    """Whoever packs a shipment reads them there."""
    desk = OrderDesk.in_memory({"mug": 5, "cup": 5})
    view = desk.submit(placing("fragile", "rush"))
    (sent,) = view.shipments
    flags = {line_id: view.order.line(line_id).flags for line_id in sent.items}
    assert {"1": (), "2": ("fragile", "rush")} == flags


def test_lines_without_flags_are_written_as_they_always_were() -> None:
    """No key stands for what there is not."""
    desk = OrderDesk.in_memory({"mug": 5, "cup": 5})
    case = desk.submit(placing()).case
    for value, kind in (
        (placing(), "command"),
        (case, "case"),
        (desk.history("o1")[0], "recorded"),
    ):
        assert "flags" not in dumps(value, kind)
    flagged = placing("gift")
    (line,) = json.loads(dumps(flagged, "command"))["data"]["lines"][1:]
    assert ["gift"] == line["flags"]
    assert flagged == loads(dumps(flagged, "command"), "command")


@given(
    word=st.from_regex(
        r"[a-z][a-z0-9_]{0,8}(\.[a-z][a-z0-9_]{0,8})?", fullmatch=True
    ),
    listed=st.booleans(),
)
def test_a_word_is_taken_if_it_is_listed(word: str, listed: bool) -> None:
    """Whatever it is; and what was decided can be read without it."""
    entry = Reason(code=word, label="Own")
    own = {word: entry} if listed else {}
    policy = Policy(hold_reasons={**HOLD_REASONS, **own})
    case = placed()
    hold = asked(OpenHold, reason=word)
    answer = HOUSE.handle(case, hold, Clock()(), policy)
    if not listed and word not in HOLD_REASONS:
        assert "reason" == refused(answer).field
        return
    assert not isinstance(answer, Refusal)
    read = loads(dumps(answer.case, "case"), "case")
    assert read == answer.case
    assert word == read.placed.holds[0].reason


@pytest.mark.parametrize("kind", [Reason, Flag])
@pytest.mark.parametrize(
    "code", ["", "Cold", "2cold", "so cold", "a.b.c", ".a", "a.", "ä", "a\n"]
)
def test_a_word_has_a_shape(kind: type[Any], code: str) -> None:
    """It is stored, and stands in errors and stories."""
    with pytest.raises(ValidationError, match=r"code: is .*") as caught:
        kind(code=code, label="Something")
    assert "code" == caught.value.problems[0].field


def test_a_word_has_a_length() -> None:
    """That of an id."""
    assert Reason(code="x" * 64, label="Long").code
    with pytest.raises(ValidationError, match="longer than 64 characters"):
        Reason(code="x" * 65, label="Too long")
    with pytest.raises(ValidationError, match="label: must not be empty"):
        Flag(code="cold", label="")


@pytest.mark.parametrize("name", ["hold_reasons", "cancel_reasons", "flags"])
def test_a_registry_is_of_entries_by_their_codes(name: str) -> None:
    """As that of reasons for a return."""
    right: Any = COLD if name == "flags" else CREDIT
    wrong: Any = CREDIT if name == "flags" else COLD

    def policy(**entries: Any) -> Policy:
        given: Any = {name: entries}
        return Policy(**given)

    assert [right] == [*getattr(policy(**{right.code: right}), name).values()]
    with pytest.raises(ValidationError, match="both must be the same"):
        policy(other=right)
    with pytest.raises(ValidationError, match=rf"{name}: .* must be a "):
        policy(**{wrong.code: wrong})


@pytest.mark.one_python
def test_the_library_s_own_rooms_use_words_that_it_lists() -> None:
    """A type checker cannot see it any more: the words are texts."""
    registries = {
        "PlaceHold": HOLD_REASONS,
        "BeginClosing": CANCEL_REASONS,
        "CancelUnits": CANCEL_REASONS,
    }
    used = [
        (call.func.id, word.value.value)
        for path in Path(orderlife.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in registries
        for word in call.keywords
        if word.arg == "reason" and isinstance(word.value, ast.Constant)
    ]
    assert {"PlaceHold", "BeginClosing", "CancelUnits"} == {
        kind for kind, _ in used
    }
    assert [] == [
        (kind, word) for kind, word in used if word not in registries[kind]
    ]
