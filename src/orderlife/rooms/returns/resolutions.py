"""The remedies of exception items about goods that came back."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Step
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.returns.messages import OrderReturnLabel
from orderlife.rooms.returns.restocking import check_restock

__all__ = ["is_ours", "is_return", "label_again", "restock"]


def restock(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[Step]:
    """Check that goods can be restocked; the event leads to the intent.

    Raises:
        NotAllowedError: they are in stock, or not back.
    """
    check_restock(case, item.exception_id, item.contradiction)
    yield from ()


def label_again(
    case: Case, item: ExceptionItem, context: Context
) -> list[OrderReturnLabel]:
    """Buy a label that was refused once more."""
    return [OrderReturnLabel(return_id=item.contradiction.subject)]


def is_return(case: Case, subject: str) -> bool:
    """Whether an item is about a return."""
    return subject in case.returns


def is_ours(case: Case, operation_id: str) -> bool:
    """Whether an operation is one of a return's."""
    return is_return(case, operation_id.rpartition(":")[0].rpartition(":")[0])
