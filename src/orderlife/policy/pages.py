"""The pages of a policy: the terms of rooms that an application brings.

A room names a class of its own as its ``terms``, and its functions get
them by ``Context.terms``.  A shop that does not want the defaults puts
an instance among the ``pages`` of its policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import attrs

from orderlife.errors import Problem, ValidationError

__all__ = ["check_known", "check_pages", "page_of"]

T = TypeVar("T")


def page_of(pages: Iterable[object], terms: type[T]) -> T:
    """The page of a class; the default one, if there is none."""
    for page in pages:
        if type(page) is terms:
            return page
    return terms()


def check_pages(pages: Sequence[object]) -> None:
    """Refuse values that are no pages, and two pages of one class.

    Raises:
        ValidationError: names each by its index.
    """
    kinds = [type(page) for page in pages]
    problems = []
    for number, (page, kind) in enumerate(zip(pages, kinds, strict=True)):
        why = ""
        if isinstance(page, type):
            why = f"is {page.__name__}, which is to be called"
        elif not attrs.has(kind):
            why = f"is a {kind.__name__}, which is no class of attrs"
        elif kind in kinds[:number]:
            why = f"is a second {kind.__name__}"
        if why:
            problems.append(Problem(f"pages[{number}]", why))
    if problems:
        raise ValidationError("Policy", problems)


def check_known(pages: Iterable[object], terms: Sequence[type]) -> None:
    """Refuse pages that belong to no room.

    Args:
        pages: those of a policy.
        terms: those of the rooms of a house.

    Raises:
        ValidationError: names each, and the terms that there are.
    """
    known = ", ".join(kind.__name__ for kind in terms) or "none"
    problems = [
        Problem(
            "pages",
            f"{type(page).__name__} is the terms of no room; known: {known}",
        )
        for page in pages
        if type(page) not in terms
    ]
    if problems:
        raise ValidationError("policy", problems)
