"""Which key a retry takes: the old one while a doubt is left, else a new."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from orderlife import (
    AsyncOrderDesk,
    Capabilities,
    Line,
    Money,
    Policy,
    Remedy,
    Unknown,
)
from orderlife.memory.aio import AsyncFakeNotifier
from orderlife.memory.ports import async_in_memory_ports
from orderlife.ports.base import NotKnown
from orderlife.ports.inventory import Consume, StockGone
from orderlife.ports.notifier import Notify, NotSent, Sent
from orderlife.ports.store import EffectState
from orderlife.testing import Clock
from tests.desk.shop import ADDRESS, CONTACT, ProcessDied, Shop

MESSAGE = "o1:notify:8"
SECOND = f"{MESSAGE}#2"
SAME = Capabilities(deduplicates=True)
ASKED = Capabilities(looks_up=True, settles_after=timedelta(minutes=1))
LOST = Unknown("timeout")
LATER = NotSent("rate limited", permanent=False)
NEVER = NotSent("no such template")
QUIET = Policy(follow_up_after=None, tell_staff=False)
S = EffectState


class Mail:
    """Answers as it is told, and sends then; a key sends once.

    What is lost was sent all the same.
    """

    def __init__(
        self, *answers: Any, able: Capabilities = SAME, acts: bool = True
    ) -> None:
        self.capabilities = able
        self.keys: list[str] = []
        self.sent: list[str] = []
        self._answers = list(answers)
        self._acts = acts

    def send(self, intent: Notify, /) -> Any:
        """Answer what is next; Sent, where nothing is."""
        self.keys.append(intent.key)
        answer = self._answers.pop(0) if self._answers else Sent()
        acts = isinstance(answer, Sent) or (answer is LOST and self._acts)
        if acts and intent.key not in self.sent:
            self.sent.append(intent.key)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def look_up(self, intent: Notify, /) -> Any:
        """Whether it was sent."""
        return Sent() if intent.key in self.sent else NotKnown()


def told(mail: Mail) -> Shop:
    """A shop that confirms an order by this mail."""
    shop = Shop(policy=QUIET)
    shop.desk = shop.another(notifier=mail)
    shop.place()
    return shop


def again(shop: Shop) -> None:
    """A person wants tried again whatever waits for one."""
    for item in shop.view().exceptions:
        if item.is_open:
            shop.desk.exceptions.resolve(
                "o1", item.exception_id, Remedy.RETRY, "again"
            )
    shop.work_for(timedelta(hours=30))


def retried(*answers: Any, times: int = 1, **more: Any) -> Mail:
    """What a mail has seen when a person has had it tried again."""
    mail = Mail(*answers, **more)
    shop = told(mail)
    shop.work_for(timedelta(hours=30))
    for _ in range(times):
        again(shop)
    return mail


@pytest.mark.parametrize("refusals", [[LATER] * 7, [NEVER], [LATER, NEVER]])
@pytest.mark.parametrize("able", [SAME, ASKED])
def test_a_lost_answer_keeps_the_key_through_refusals(
    refusals: list[NotSent], able: Capabilities
) -> None:
    """However often it is put off since: it may have been sent."""
    mail = retried(LOST, *refusals, able=able)

    assert {MESSAGE} == {*mail.keys, *mail.sent}
    assert [MESSAGE] == mail.sent


def test_a_claim_that_ran_out_keeps_the_key() -> None:
    """Whoever held it may have sent it."""
    mail = Mail(ProcessDied(), NEVER)
    shop = Shop(policy=QUIET, inline=False)
    shop.desk = shop.another(notifier=mail)
    with pytest.raises(ProcessDied):
        shop.place()
    shop.work_for(timedelta(hours=1))
    assert S.ATTENTION is shop.effect(MESSAGE).state
    again(shop)

    assert [MESSAGE] * 3 == mail.keys
    assert [MESSAGE] == mail.sent


def test_what_was_refused_without_a_doubt_gets_a_new_key() -> None:
    """By a person's wish, and by the policy of retries."""
    by_hand = retried(NEVER)
    assert [MESSAGE, SECOND] == by_hand.keys
    by_policy = retried(LATER, LATER, times=0)
    assert [MESSAGE, SECOND, f"{MESSAGE}#3"] == by_policy.keys
    assert [f"{MESSAGE}#3"] == by_policy.sent


def test_a_refusal_that_is_said_twice_is_believed() -> None:
    """After a lost answer the old key is asked once more, then a new.

    Else no attempt could ever work with a provider that gives each key
    its first answer again.
    """
    mail = retried(LOST, NEVER, NEVER, acts=False)

    assert [MESSAGE, MESSAGE, MESSAGE, SECOND] == mail.keys
    assert [SECOND] == mail.sent


def test_a_new_key_begins_without_a_doubt() -> None:
    """A lost answer under it keeps it, one under the old does not."""
    lost = [LOST, NEVER, NEVER, LOST]
    mail = retried(*lost, NEVER, acts=False, times=2)

    assert [MESSAGE] * 3 + [SECOND] * 3 == mail.keys
    assert [SECOND] == mail.sent


def test_stock_keeps_its_key_while_nobody_knows() -> None:
    """The same rule, where goods are to be moved."""
    shop = Shop(policy=QUIET)
    stock, keys, asked = shop.ports.inventory, [], []
    answers: list[Any] = [LOST, StockGone("gone"), StockGone("gone")]

    class Shelves:
        """Take off the stock as they are told."""

        def __getattr__(self, name: str) -> Any:
            return getattr(stock, name)

        def consume(self, intent: Consume, /) -> Any:
            keys.append(intent.key)
            asked.append(intent.operation_id)
            return answers.pop(0) if answers else stock.consume(intent)

    shop.place()
    shop.desk = shop.another(inventory=Shelves())
    shop.dispatch()
    shop.work_for(timedelta(hours=1))
    again(shop)

    assert [keys[0]] * 3 + [f"{keys[0]}#2"] == keys
    assert S.DONE is shop.effect(asked[0]).state
    assert 38 == sum(level.on_hand for level in stock.levels().values())


@given(
    st.lists(st.sampled_from((LOST, LATER, NEVER)), max_size=9),
    st.integers(0, 4),
    st.sampled_from((SAME, ASKED)),
)
def test_no_message_is_sent_twice(
    answers: list[Any], times: int, able: Capabilities
) -> None:
    """Whatever is answered, as often as a person has it tried again.

    A refusal for good is believed when it is said again, since after it
    nothing moves under its key: so such a provider had not sent it.
    """
    definite = NEVER in answers
    mail = retried(*answers, times=times, able=able, acts=not definite)

    assert 1 >= len(mail.sent)


def test_async_desks_keep_the_key_too() -> None:
    """The same flow, awaited."""
    clock, mail = Clock(), Mail(LOST, NEVER)
    fakes = async_in_memory_ports({"mug": 9}, clock=clock)
    post: Any = AsyncFakeNotifier(mail)
    ports = attrs.evolve(fakes, notifier=post)

    async def lived() -> None:
        desk = AsyncOrderDesk(ports, clock=clock, policy=QUIET)
        await desk.place(
            [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
            order_id="o1",
            ship_to=ADDRESS,
            contact=CONTACT,
            pay_with="tok_visa",
        )
        clock.advance(hours=1)
        await desk.work()
        (item,) = (await desk.get("o1")).exceptions
        await desk.exceptions.resolve(
            "o1", item.exception_id, Remedy.RETRY, "again"
        )

    asyncio.run(lived())
    assert [MESSAGE] * 3 == mail.keys
    assert [MESSAGE] == mail.sent
