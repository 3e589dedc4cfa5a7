"""Documents deflated against the words of a typical life, and digests.

The words, ``archive-1.txt``, are what documents have in common: against
them one has a fifth of its size.  Nobody may ever change that file.
"""

from __future__ import annotations

import os
import zlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from orderlife._values.limits import MAX_DOCUMENT
from orderlife.errors import CodecError

if TYPE_CHECKING:
    # Its name is that of a function until Python 3.14.
    from zlib import _Compress

__all__ = ["deflated", "digits", "inflated", "packed", "plain", "short"]

_SHORTEST: Final = 64
"""A text of fewer characters is stored as it is."""
_DIGITS: Final = 64
"""How many hex digits a digest has."""
_LEVEL, _WINDOW, _MEMORY = 6, 14, 5
"""How a row is deflated: the window takes all words, and a small memory
is made soon."""


@cache
def _words() -> bytes:
    """The words that documents are deflated against."""
    return (files("orderlife_adapters") / "archive-1.txt").read_bytes()


@cache
def _begun() -> _Compress:
    """What has read the words, to be copied: reading takes the longest."""
    method = zlib.DEFLATED
    return zlib.compressobj(_LEVEL, method, _WINDOW, _MEMORY, zdict=_words())


# Another thread may be at it at a fork: then it is locked in the child.
os.register_at_fork(after_in_child=_begun.cache_clear)


def packed(document: str) -> str | bytes:
    """A document as a row has it: deflated, or a short one as it is."""
    if len(document) < _SHORTEST:
        return document
    deflating = _begun().copy()
    return deflating.compress(document.encode()) + deflating.flush()


def plain(stored: str | bytes) -> str:
    """The document of a row.

    What cannot be inflated is made a text all the same: it is no
    document, and has no digest of one.
    """
    if isinstance(stored, str):
        return stored
    try:
        return inflated(stored)
    except CodecError:
        return stored.decode("utf-8", "replace")


def short(digits: str) -> str | bytes:
    """A digest as a row has it: its bytes, behind a mark of one letter.

    What is none is stored as it is.
    """
    mark, last = digits[:-_DIGITS], digits[-_DIGITS:]
    if len(last) == _DIGITS and len(mark) <= 1 and mark.isascii():
        try:
            found = bytes.fromhex(last)
        except ValueError:
            return digits
        if found.hex() == last:
            return mark.encode() + found
    return digits


def digits(stored: str | bytes) -> str:
    """The hex digits of a digest of a row, behind its mark."""
    if isinstance(stored, str):
        return stored
    mark, last = stored[: -_DIGITS // 2], stored[-_DIGITS // 2 :]
    return mark.decode("utf-8", "replace") + last.hex()


def deflated(text: bytes) -> bytes:
    """Deflate a text as far as can be."""
    deflating = zlib.compressobj(9, zdict=_words())
    return deflating.compress(text) + deflating.flush()


def inflated(document: bytes) -> str:
    """The text of what was deflated, of no more than there can be.

    Raises:
        CodecError: it was not, or would have more.
    """
    inflating = zlib.decompressobj(zdict=_words())
    try:
        text = inflating.decompress(document, MAX_DOCUMENT)
        if inflating.eof and not inflating.unused_data:
            return text.decode()
    except (zlib.error, ValueError, TypeError):
        pass
    message = (
        "what was folded away cannot be inflated, or has more than "
        f"{MAX_DOCUMENT} bytes"
    )
    raise CodecError(message)
