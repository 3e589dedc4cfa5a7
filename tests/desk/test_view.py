"""What an order looks like, on its way and back."""

from __future__ import annotations

import pytest

from orderlife import (
    Actor,
    Case,
    Command,
    Finding,
    Money,
    NotAllowedError,
    NotFoundError,
    OrderView,
    PayOrder,
    Policy,
    Remedy,
    ReturnVerdict,
)
from orderlife.rooms.returns.status import returns_status
from tests.desk.shop import Shop


def euros(view: OrderView) -> tuple[str, ...]:
    """Total, due, paid, refunded and kept, in that order."""
    amounts = (view.total, view.cost, view.paid, view.refunded, view.kept)
    assert all(amount.currency == "EUR" for amount in amounts)
    return tuple(str(amount.amount) for amount in amounts)


def axes(view: OrderView) -> tuple[str, ...]:
    """Where it is on each axis."""
    status = view.status
    return (status.order, status.payment, status.fulfilment, status.returns)


def inspected(shop: Shop, return_id: str, quantity: int) -> OrderView:
    """Say that so many units came back and are fine."""
    found = Finding(
        line_id="1",
        quantity=quantity,
        condition="sellable",
        disposition="restock",
    )
    return shop.desk.returns.inspect(return_id, [found])


def test_a_life_seen_from_outside() -> None:
    """Each step shows on the axes and in the sums."""
    shop = Shop()
    view = shop.place()
    assert axes(view) == ("confirmed", "authorized", "in_progress", "none")
    assert euros(view) == ("25.00", "25.00", "0.00", "0.00", "0.00")
    assert (view.id, view.version) == ("o1", len(shop.history()))
    assert [line.sku for line in view.lines] == ["mug"]
    assert [r.reservation_id for r in view.reservations] == ["o1-r1"]
    assert [s.shipment_id for s in view.shipments] == ["o1-s1"]
    view = shop.dispatch()
    assert axes(view) == ("confirmed", "paid", "shipped", "none")
    assert euros(view) == ("25.00", "25.00", "25.00", "0.00", "25.00")
    view = shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    assert axes(view) == ("confirmed", "paid", "delivered", "none")
    view = shop.desk.returns.request("o1", {"1": 1}, "too_small")
    assert axes(view)[3] == "in_progress"
    assert [r.return_id for r in view.returns] == ["o1-t1"]
    shop.desk.returns.receive(
        "o1-t1", {"1": 1}, parcel_id="p1", at=shop.clock()
    )
    view = inspected(shop, "o1-t1", 1)
    assert axes(view)[1] == "partially_refunded"
    assert axes(view)[3] == "partially_returned"
    assert euros(view) == ("25.00", "25.00", "25.00", "12.50", "12.50")
    shop.desk.returns.request("o1", {"1": 1}, "too_small")
    shop.desk.returns.receive(
        "o1-t2", {"1": 1}, parcel_id="p2", at=shop.clock()
    )
    view = inspected(shop, "o1-t2", 1)
    assert (axes(view)[1], axes(view)[3]) == ("refunded", "returned")
    assert view.kept == Money("0.00", "EUR")


def test_sums_of_one_payment_and_of_all() -> None:
    """What a bookkeeper holds against what the gateway has."""
    shop = Shop()
    view = shop.place()
    assert (view.balance().open, view.balance().captured) == (2500, 0)
    view = shop.dispatch()
    (payment,) = view.order.payments
    assert (view.balance().open, view.balance().captured) == (0, 2500)
    assert view.balance(payment.payment_id) == view.balance()
    assert view.balance("p9").captured == 0
    assert view.balance().net == view.kept.minor


def test_a_return_that_nobody_has_judged_is_requested() -> None:
    """It is under way only when somebody has said yes."""
    ask = Policy(
        judge=lambda *_: ReturnVerdict(answer="ask", explanation="who knows")
    )
    shop = Shop(policy=ask)
    shop.place()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    view = shop.desk.returns.request("o1", {"1": 1}, "too_small")
    assert view.status.returns == "requested"
    view = shop.desk.returns.decline("o1-t1", "no")
    assert view.status.returns == "none"


def test_a_cancelled_unit_is_not_due() -> None:
    """The total stays what it was; what is wanted is less."""
    shop = Shop()
    shop.place()
    view = shop.desk.orders.cancel_lines("o1", {"1": 1})
    assert euros(view) == ("25.00", "12.50", "0.00", "0.00", "0.00")


def test_holds_and_exceptions_show_while_they_stand() -> None:
    """What was settled shows in the order alone."""
    shop = Shop()
    shop.place(pay_with="tok_capture_declined")
    view = shop.desk.orders.hold("o1", "other")
    assert [hold.hold_id for hold in view.holds] == ["h1"]
    view = shop.desk.orders.release("o1", "h1")
    assert view.holds == ()
    view = shop.dispatch()
    assert [item.exception_id for item in view.exceptions] == ["x1"]
    view = shop.desk.exceptions.resolve(
        "o1", "x1", Remedy.ACCEPT, "never mind"
    )
    assert view.exceptions == ()
    assert len(view.order.exceptions) == 1


def test_a_view_lists_what_can_be_asked_for() -> None:
    """In words that a page can print."""
    shop = Shop()
    found = [str(each) for each in shop.place().allowed()]
    assert found == [
        "CancelOrder o1",
        "CancelLines o1",
        "OpenHold o1",
        "CapturePayment o1",
        "PickShipment o1-s1",
        "CancelShipment o1-s1",
    ]


def test_a_view_says_why_the_rest_cannot_be_asked_for() -> None:
    """For a greyed button: what was tried, and what refused it."""
    shop = Shop()
    view = shop.place()
    (why,) = [
        each
        for each in view.not_allowed()
        if (each.command, each.subject) == (PayOrder, "o1")
    ]
    assert "its whole amount is paid" in str(why)
    assert isinstance(why.error, NotAllowedError)
    assert not {*map(str, view.allowed())} & {
        f"{each.command.__name__} {each.subject}"
        for each in view.not_allowed()
    }


def test_what_policy_denies_an_actor_is_not_allowed() -> None:
    """It is asked, and its words are told."""

    def nothing(actor: Actor, command: Command) -> str:
        return "we are shut" if actor.kind == "customer" else ""

    shop = Shop(policy=Policy(permit=nothing))
    view = shop.place()
    ada = Actor("customer", "ada")
    assert view.allowed(ada) == ()
    assert all("we are shut" in str(each) for each in view.not_allowed(ada))
    assert view.allowed()


def test_a_view_is_a_snapshot() -> None:
    """What happens later shows in a later one."""
    shop = Shop()
    before = shop.place()
    shop.desk.cancel("o1")
    assert before.status.order == "confirmed"
    assert shop.view().status.order == "cancelled"


def test_nothing_has_no_status() -> None:
    """A case in which nothing was placed says so."""
    empty = OrderView(Case(order_id="o1"))
    with pytest.raises(NotFoundError, match="no order 'o1'"):
        _ = empty.status
    with pytest.raises(NotFoundError):
        returns_status(empty.case)
