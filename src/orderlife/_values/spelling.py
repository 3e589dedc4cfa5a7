"""Unknown words, and the known ones that were probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from orderlife.errors import Problem, UnknownKeywordError

__all__ = ["as_given", "meant", "not_known", "shown"]

_LONGEST: Final = 40


def shown(word: str) -> str:
    """An unknown word in an error: itself, where it can be a name.

    It may come from a form or a document, and hold anything: what is no
    plain name, or holds a row of digits, is a question mark.
    """
    if len(word) > _LONGEST:
        return "?"
    digits = sum(letter.isdigit() for letter in word)
    plain = word.isascii() and word.isidentifier() and digits <= _DIGITS
    return word if plain else "?"


_DIGITS: Final = 4
"""More of them are no part of a field's name, and may be somebody's."""


def as_given(value: object, most: int = 60) -> str:
    """A given value of any type, as the text of an error may show it.

    Not everything can be written out: what is deep, an int of many
    digits, or what has a mistake of its own.
    """
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001
        return f"of the type {type(value).__name__}"
    return text if len(text) <= most else f"{text[:most]}…"


def meant(words: Iterable[str], known: Iterable[str]) -> str:
    """Ask whether the known words that are like some unknown ones were meant.

    Empty: none is like them.
    """
    from difflib import get_close_matches

    known = list(known)
    near = [
        found
        for word in words
        if len(word) <= _LONGEST
        for found in get_close_matches(word.lower(), known, n=1)
    ]
    listed = " and ".join(map(repr, dict.fromkeys(near)))
    return f"did you mean {listed}? " if near else ""


def not_known(
    what: str, words: Iterable[str], known: Iterable[str]
) -> UnknownKeywordError:
    """Make the error for words that something does not take.

    Args:
        what: a verb, a class: whatever was given them.
        words: those that it does not know.
        known: all that it does.
    """
    known = tuple(known)
    listed = f"{what} takes {', '.join(known)}"
    return UnknownKeywordError(
        what,
        [
            Problem(
                shown(word), f"is not known; {meant([word], known)}{listed}"
            )
            for word in words
        ],
    )
