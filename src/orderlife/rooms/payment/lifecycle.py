"""The lifecycle of a payment operation: one request to the gateway.

A success that is reported after a decline counts: money has moved.
Success is not the end: a refund or a capture can be reversed.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._values.fast_enum import FastEnum

__all__ = [
    "OPERATION",
    "OperationState",
    "OperationTrigger",
]


class OperationState(FastEnum):
    """The states of one request to the payment gateway."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    PENDING = "pending"
    UNKNOWN = "unknown"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    REVERSED = "reversed"


class OperationTrigger(FastEnum):
    """The triggers: what the gateway answered or reported."""

    SUBMIT = "submit"
    WAIT = "wait"
    LOSE = "lose"
    ASK_CUSTOMER = "ask_customer"
    SUCCEED = "succeed"
    DECLINE = "decline"
    REVERSE = "reverse"


_OPEN = (
    OperationState.SUBMITTED,
    OperationState.PENDING,
    OperationState.UNKNOWN,
    OperationState.REQUIRES_ACTION,
)


OPERATION: Final = Lifecycle(
    "payment operation",
    states=OperationState,
    triggers=OperationTrigger,
    initial=OperationState.PLANNED,
    terminal=(OperationState.REVERSED,),
    rules=(
        Rule(
            OperationTrigger.SUBMIT,
            (OperationState.PLANNED,),
            OperationState.SUBMITTED,
        ),
        Rule(
            OperationTrigger.WAIT,
            (
                OperationState.SUBMITTED,
                OperationState.UNKNOWN,
                OperationState.REQUIRES_ACTION,
            ),
            OperationState.PENDING,
        ),
        # A missing answer is no decline: the outcome is looked up.
        Rule(
            OperationTrigger.LOSE,
            (OperationState.SUBMITTED,),
            OperationState.UNKNOWN,
        ),
        Rule(
            OperationTrigger.ASK_CUSTOMER,
            (
                OperationState.SUBMITTED,
                OperationState.PENDING,
                OperationState.UNKNOWN,
            ),
            OperationState.REQUIRES_ACTION,
        ),
        # A success counts, even after a reported decline.
        Rule(
            OperationTrigger.SUCCEED,
            (*_OPEN, OperationState.DECLINED),
            OperationState.SUCCEEDED,
        ),
        Rule(OperationTrigger.DECLINE, _OPEN, OperationState.DECLINED),
        # A failure may be reported before the success that it reverses.
        Rule(
            OperationTrigger.REVERSE,
            (*_OPEN, OperationState.SUCCEEDED, OperationState.DECLINED),
            OperationState.REVERSED,
        ),
    ),
)
