"""Errors: each says what to do, and survives a pickle."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from orderlife import errors
from orderlife.errors import (
    AmountOutOfRangeError,
    CodecError,
    CommandIdReusedError,
    ConflictError,
    CurrencyMismatchError,
    IllegalTransitionError,
    InputError,
    InvalidAmountError,
    InvariantError,
    LifecycleError,
    MissingExtraError,
    MoneyError,
    NewerDocumentError,
    NotAllowedError,
    NotFoundError,
    NumberTakenError,
    OrderlifeError,
    PolicyError,
    PortError,
    Problem,
    RefusedError,
    StaleVersionError,
    TooManyDigitsError,
    UnknownCurrencyError,
    UnknownKeywordError,
    ValidationError,
)

SAMPLES: list[tuple[OrderlifeError, str]] = [
    (
        ValidationError("PlaceOrder", [Problem("lines", "is empty")]),
        "PlaceOrder is not valid:\n  lines: is empty",
    ),
    (
        UnknownKeywordError("place", [Problem("sku", "is not known")]),
        "place is not valid:\n  sku: is not known",
    ),
    (
        IllegalTransitionError(
            "order", "o1", "placed", "complete", ["b", "a"]
        ),
        "order o1 is placed: cannot complete; possible: a, b",
    ),
    (
        IllegalTransitionError("order", "o1", "expired", "cancel", []),
        (
            "order o1 is expired: cannot cancel; possible: nothing: this "
            "state is final"
        ),
    ),
    (
        NotAllowedError("cancel", "order o1", "it has left", "return it"),
        "cannot cancel order o1: it has left; return it",
    ),
    (
        NotFoundError("hold", "h9", ["h1", "h2"]),
        "no hold 'h9'; there is h1, h2",
    ),
    (NotFoundError("order", "o9"), "no order 'o9'"),
    (
        StaleVersionError("o1", 3, 5),
        "order o1 is at version 5, not 3: read it again and decide anew",
    ),
    (
        CommandIdReusedError("o1", "c1"),
        (
            "command id 'c1' of order o1 was used for a different command: a "
            "new command needs a new id"
        ),
    ),
    (
        NumberTakenError("o2", "web", "7", "o1"),
        (
            "order o2 cannot be placed: number '7' of channel 'web' is order "
            "o1 already; look at that order, or place this one under another "
            "number"
        ),
    ),
    (
        NumberTakenError("o2", "", "7", "o1"),
        (
            "order o2 cannot be placed: number '7' of the shop is order o1 "
            "already; look at that order, or place this one under another "
            "number"
        ),
    ),
    (
        PolicyError("judge", "return o1-t1", "raised KeyError"),
        (
            "policy.judge was asked about return o1-t1, and raised KeyError: "
            "nothing was stored; mend the policy"
        ),
    ),
    (
        MissingExtraError("rich", "cli", "the demo"),
        (
            "the demo needs the package 'rich': python -m pip install "
            "'orderlife[cli]'"
        ),
    ),
    *(
        (plain("what is wrong"), "what is wrong")
        for plain in (
            AmountOutOfRangeError,
            CodecError,
            CurrencyMismatchError,
            InvalidAmountError,
            InvariantError,
            LifecycleError,
            NewerDocumentError,
            PortError,
            TooManyDigitsError,
            UnknownCurrencyError,
        )
    ),
]


@pytest.mark.parametrize(
    ("error", "text"), SAMPLES, ids=lambda value: type(value).__name__
)
def test_an_error_says_what_is_wrong_and_what_to_do(
    error: OrderlifeError, text: str
) -> None:
    """Its text is whole sentences, made of what it carries."""
    assert str(error) == text


@pytest.mark.parametrize(
    "error", [sample for sample, _ in SAMPLES], ids=lambda e: type(e).__name__
)
def test_an_error_survives_a_pickle(error: OrderlifeError) -> None:
    """It reaches another process as it is."""
    again: Any = pickle.loads(pickle.dumps(error))  # noqa: S301, its own
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_the_branch_says_whose_fault_it_is() -> None:
    """The input's, the state's, an adapter's, the house's."""
    assert issubclass(ValidationError, InputError)
    assert issubclass(MoneyError, InputError)
    assert issubclass(CodecError, InputError)
    assert issubclass(ConflictError, RefusedError)
    assert issubclass(InputError, ValueError)
    assert issubclass(UnknownKeywordError, ValidationError)
    assert issubclass(UnknownKeywordError, TypeError)
    assert issubclass(NotFoundError, LookupError)
    assert issubclass(MissingExtraError, ImportError)
    for kind in (PolicyError, PortError, InvariantError, LifecycleError):
        assert kind.__bases__ == (OrderlifeError,)


def test_the_tree_in_the_docstring_is_complete() -> None:
    """Every error stands in the tree, and in the public names."""
    named = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, OrderlifeError)
    }
    others = {"ForgetfulStoreWarning", "Problem"}
    assert named | others == set(errors.__all__)
    for name in named:
        assert name in (errors.__doc__ or "")
