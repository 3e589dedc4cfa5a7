"""What comes in is decided once, stored whole, and answered alike."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    AsyncOrderDesk,
    CancelOrder,
    CommandIdReusedError,
    ConflictError,
    Line,
    NotFoundError,
    OpenHold,
    PaymentReported,
    PlaceOrder,
    RequestReturn,
    Scanned,
    ScanStatus,
    StaleVersionError,
    ValidationError,
)
from orderlife._values.money import Money
from orderlife.engine import driving as flows
from orderlife.ports.payment import Captured, DisputeOpened
from orderlife.ports.store import CommitOutcome, EffectState
from orderlife.testing import Clock, async_in_memory_ports
from tests.desk.shop import ADDRESS, Shop, Through, always

ADA = Actor("staff", "ada")


def hold(command_id: str, note: str = "", **more: Any) -> OpenHold:
    """A command that can be given any number of times."""
    return OpenHold(
        order_id="o1",
        command_id=command_id,
        actor=ADA,
        reason="other",
        note=note,
        **more,
    )


def test_a_command_that_comes_again_changes_nothing() -> None:
    """The first answer is given again, and nothing is recorded."""
    shop = Shop()
    shop.place()
    first = shop.desk.receipt(hold("c1"))
    shop.desk.submit(hold("c2"))
    before = shop.snapshot()
    again = shop.desk.receipt(hold("c1"))
    assert again == attrs.evolve(first, repeated=True)
    assert before == shop.snapshot()
    assert not first.repeated
    assert first.last_version == first.first_version + 1


def test_a_placed_order_that_comes_again_moves_no_money() -> None:
    """A customer who clicks twice has one order."""
    shop = Shop()
    command = PlaceOrder(
        order_id="o1",
        command_id="c1",
        actor=ADA,
        lines=(),
    )
    view = shop.place(command_id="c1")
    again = shop.place(command_id="c1")
    assert view.case == again.case
    assert len(shop.bank.effects) == 1
    with pytest.raises(CommandIdReusedError):
        shop.desk.submit(command)


def test_a_command_that_is_too_late_now_still_has_its_answer() -> None:
    """What was followed then is not refused when it is repeated."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    ask = RequestReturn(
        order_id="o1",
        command_id="c1",
        actor=ADA,
        quantities={"1": 2},
        reason="too_small",
    )
    first = shop.desk.receipt(ask)
    with pytest.raises(ValidationError, match="0 of 2 delivered"):
        shop.desk.submit(attrs.evolve(ask, command_id="c2"))
    again = shop.desk.receipt(ask)
    assert again == attrs.evolve(first, repeated=True)


def test_a_command_id_is_good_for_one_command() -> None:
    """Another content under it is a conflict, and changes nothing."""
    shop = Shop()
    shop.place()
    shop.desk.submit(hold("c1", "first"))
    before = shop.snapshot()
    with pytest.raises(CommandIdReusedError, match="needs a new id") as caught:
        shop.desk.submit(hold("c1", "second"))
    assert caught.value.args == ("o1", "c1")
    cancel = CancelOrder(order_id="o1", command_id="c1", actor=ADA)
    with pytest.raises(CommandIdReusedError):
        shop.desk.submit(cancel)
    assert before == shop.snapshot()


def test_a_refused_command_leaves_its_id_free() -> None:
    """What was refused was not answered: it may be mended."""
    shop = Shop()
    shop.place()
    with pytest.raises(StaleVersionError):
        shop.desk.submit(hold("c1", expected_version=1))
    shop.desk.submit(hold("c1", "other words"))
    assert len(shop.view().holds) == 1


def test_a_command_of_a_wrong_shape_is_refused_by_its_shape() -> None:
    """Also under an id that was used, and with fields of any type."""
    shop = Shop()
    shop.place()
    shop.desk.submit(hold("c1"))
    wrong: tuple[Any, ...] = (None, 5, 1.5, b"x", ["o1"], {"a": {1}})
    for value in wrong:
        for name in ("note", "order_id", "command_id", "actor", "blocks"):
            command = attrs.evolve(hold("c1"), **{name: value})
            with pytest.raises(ValidationError, match=name):
                shop.desk.submit(command)
    for value in wrong:
        with pytest.raises(ValidationError):
            shop.desk.submit(value)


def test_a_value_that_is_no_message_is_refused() -> None:
    """Even if it is about an order."""
    shop = Shop()
    view = shop.place()
    stranger: Any = view.case
    with pytest.raises(ValidationError, match="a command or a fact") as caught:
        shop.desk.submit(stranger)
    assert caught.value.what == "Case"
    assert [each.field for each in caught.value.problems] == ["message"]


def test_the_expected_version_decides() -> None:
    """A command that was meant for another version is refused."""
    shop = Shop()
    version = shop.place().version
    shop.desk.submit(hold("c1", expected_version=version))
    with pytest.raises(StaleVersionError, match="read it again"):
        shop.desk.submit(hold("c2", expected_version=version))
    # The same command, once it has its answer, has it for ever.
    shop.desk.submit(hold("c1", expected_version=version))
    shop.desk.submit(hold("c1", expected_version=1))
    assert len(shop.view().holds) == 1


def dispute(fact_id: str, reference: str = "d1") -> PaymentReported:
    """A fact that opens an exception each time it is new."""
    return PaymentReported(
        order_id="o1",
        fact_id=fact_id,
        payment_id="p1",
        outcome=DisputeOpened(
            reference=reference, amount=Money("1.00", "EUR")
        ),
    )


def test_a_fact_that_comes_again_changes_nothing() -> None:
    """The same webhook any number of times is one."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    shop.desk.report(dispute("f1"))
    before = shop.snapshot()
    for _ in range(3):
        assert shop.desk.receipt(dispute("f1")).repeated
    assert before == shop.snapshot()


def test_a_fact_is_known_by_its_id_whatever_it_says() -> None:
    """A fact is never refused, not even for an id that was used."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    shop.desk.report(dispute("f1"))
    before = shop.snapshot()
    shop.desk.report(dispute("f1", "d2"))
    assert before == shop.snapshot()
    shop.desk.report(dispute("f2", "d2"))
    assert len(shop.snapshot()) > len(before)


def test_commands_and_facts_have_ids_of_their_own() -> None:
    """One name may stand for a command and for a fact."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    shop.desk.submit(hold("x1"))
    shop.desk.report(dispute("x1"))
    assert len(shop.view().holds) == 1
    assert len(shop.view().exceptions) == 1


def test_a_fact_without_an_id_or_a_change_is_not_even_stored() -> None:
    """A scan that was heard before leaves the store alone."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    scan = Scanned(
        order_id="o1",
        shipment_id="o1-s1",
        status=ScanStatus.IN_TRANSIT,
        at=shop.clock(),
    )
    shop.desk.report(scan)
    store = Through(shop.ports.store)
    shop.another(store=store).report(scan)
    assert not store.named("commit")


def test_facts_about_no_order_have_nowhere_to_go() -> None:
    """Commands likewise: the order that is meant is named."""
    shop = Shop()
    with pytest.raises(NotFoundError, match="'o1'"):
        shop.desk.report(dispute("f1"))
    with pytest.raises(NotFoundError, match="'o1'"):
        shop.desk.submit(hold("c1"))
    with pytest.raises(NotFoundError, match="'o1'"):
        shop.desk.get("o1")
    assert shop.desk.history("o1") == ()
    assert shop.desk.effects("o1") == ()


def racing(shop: Shop, times: int) -> Through:
    """A store where others are quicker, so many times."""
    left = iter(range(times))

    def commit(decision: Any) -> CommitOutcome:
        for number in left:
            other = hold(f"race{number}")
            shop.another(inline=False).submit(other)
            break
        return shop.ports.store.commit(decision)

    return Through(shop.ports.store, commit=commit)


def test_a_lost_race_is_decided_anew() -> None:
    """What others did meanwhile is seen; all of it is recorded."""
    shop = Shop()
    shop.place()
    before = len(shop.history())
    desk = shop.another(store=racing(shop, 3))
    receipt = desk.receipt(hold("mine"))
    assert receipt.first_version == before + 3
    assert [h.hold_id for h in shop.view().holds] == ["h1", "h2", "h3", "h4"]
    assert [r.sequence for r in shop.history()] == list(range(1, before + 5))


def test_a_race_that_is_always_lost_is_given_up() -> None:
    """The caller may try again; nothing of the command is there."""
    shop = Shop()
    shop.place()
    desk = shop.another(store=racing(shop, 1000))
    with pytest.raises(ConflictError, match="kept changing"):
        desk.submit(hold("mine"))
    assert all(r.cause != "mine" for r in shop.history())


def test_effects_that_lose_their_races_are_left_to_a_worker() -> None:
    """A command that was stored has succeeded, whatever comes next."""
    shop = Shop()
    busy = Through(shop.ports.store, commit=_after_first(shop))
    own, shop.desk = shop.desk, shop.another(store=busy)
    shop.place()
    shop.desk = own
    assert shop.history()
    assert shop.effect("o1-r1:reserve:1").attempts == 1
    shop.work_for(timedelta(minutes=5))
    assert len(shop.bank.effects) == 1


def _after_first(shop: Shop) -> Callable[[Any], CommitOutcome]:
    """Let the first decision through, and be quicker from then on."""
    seen: list[int] = []

    def commit(decision: Any) -> CommitOutcome:
        seen.append(1)
        if len(seen) > 1:
            shop.another(inline=False).submit(hold(f"race{len(seen)}"))
        return shop.ports.store.commit(decision)

    return commit


def test_nothing_is_performed_of_what_is_not_stored() -> None:
    """The order is stored before stock or money moves."""
    shop = Shop()
    broken = Through(shop.ports.store, commit=always(OSError("disk full")))
    ports: dict[str, Any] = {
        name: Through(getattr(shop.ports, name))
        for name in ("payment", "carrier", "inventory", "notifier")
    }
    shop.desk = shop.another(store=broken, **ports)
    with pytest.raises(OSError, match="disk full"):
        shop.place()
    assert all(not port.calls for port in ports.values())
    assert shop.ports.store.load("o1") is None


def test_stock_is_held_before_money_is_asked_for() -> None:
    """And nothing but stock is asked for in the first decision."""
    shop = Shop(inline=False)
    shop.place()
    assert [e.intent.port for e in shop.desk.effects("o1")] == ["inventory"]
    shop.desk.work()
    assert len(shop.bank.effects) == 1


def test_a_desk_that_leaves_the_work_performs_nothing() -> None:
    """``receipt`` stores, and says what it has led to."""
    shop = Shop()
    command = PlaceOrder(
        order_id="o2",
        command_id="c1",
        actor=ADA,
        lines=(Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR")),),
        ship_to=ADDRESS,
    )
    receipt = shop.desk.receipt(command)
    assert (receipt.order_id, receipt.first_version) == ("o2", 0)
    assert receipt.last_version == shop.view("o2").version
    assert [e.attempts for e in shop.desk.effects("o2")] == [0]


def test_a_desk_does_so_much_at_once_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever gives a command does not wait for ever; the rest is due."""
    monkeypatch.setattr(flows, "_ROUNDS", 2)
    shop = Shop()
    shop.place()
    done, left = EffectState.DONE, EffectState.PENDING
    states = [e.state for e in shop.desk.effects("o1")]
    assert states == [done, done, left, left]
    shop.desk.work()
    assert [e.state for e in shop.desk.effects("o1")] == [done] * 4


def test_a_report_of_another_order_settles_nothing() -> None:
    """Whoever mistypes an order's id does not stop another's money."""
    shop = Shop(inline=False)
    shop.place(order_id="o2")
    shop.desk.work(limit=1)  # its stock is held
    shop.place(order_id="o1")
    assert shop.effect("o2:authorize:1").state is EffectState.PENDING
    mistaken = PaymentReported(
        order_id="o1",
        operation_id="o2:authorize:1",
        outcome=Captured(reference="r", amount=Money("25.00", "EUR")),
    )
    before = shop.snapshot("o2")
    shop.desk.report(mistaken)
    assert before == shop.snapshot("o2")


def test_commands_of_many_threads_are_followed_one_by_one() -> None:
    """Each sees what the last has done; none is lost, none is torn."""
    shop = Shop(inline=False)
    shop.place()
    before = len(shop.history())
    desks = [shop.another(inline=False) for _ in range(8)]

    def give(number: int) -> None:
        for part in range(5):
            desks[number].submit(hold(f"c{number}x{part}"))

    threads = [
        threading.Thread(target=give, args=(number,)) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    numbers = [recorded.sequence for recorded in shop.history()]
    assert numbers == list(range(1, before + 41))
    causes = {recorded.cause for recorded in shop.history()[before:]}
    assert len(causes) == 40
    assert [h.hold_id for h in shop.view().holds] == [
        f"h{number}" for number in range(1, 41)
    ]


def test_commands_of_many_tasks_are_followed_one_by_one() -> None:
    """The same at an async desk, whose calls interleave."""

    async def main() -> None:
        clock = Clock()
        desk = AsyncOrderDesk(async_in_memory_ports(clock=clock), clock=clock)
        line = Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))
        await desk.place([line], order_id="o1", ship_to=ADDRESS)
        commands = [hold(f"c{number}") for number in range(10)]
        await asyncio.gather(*(desk.submit(each) for each in commands))
        view = await desk.get("o1")
        assert len(view.holds) == 10
        history = await desk.history("o1")
        assert len(history) == view.version

    asyncio.run(main())


def test_what_an_adapter_has_done_by_itself_is_shown() -> None:
    """A notifier that calls the order off, while it tells of it."""
    shop = Shop()

    def send(intent: Any) -> Any:
        if shop.view().status.order == "confirmed":
            shop.another().cancel("o1", command_id="within")
        return shop.post.send(intent)

    shop.desk = shop.another(notifier=Through(shop.post, send=send))
    shown = shop.place()
    assert shown.version == shop.view().version
    assert shown.status.order == "cancelled"
