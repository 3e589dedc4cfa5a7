"""Files of SQLite that were open when this process was forked.

SQLite remembers by process which locks it holds on a file.  A child
remembers them too, and does not have them: what it stores in such a
file, by whatever connection, is lost as soon as the parent closes its
own.  See *How To Corrupt An SQLite Database File*, 2.6.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from orderlife.errors import ForkedError

__all__ = ["check_not_carried"]

_OPEN_FILES: Final = Path("/dev/fd")
_carried: Final[set[tuple[int, int]]] = set()
"""Device and number of each file that came open from the parent."""


def check_not_carried(path: Path, what: str) -> None:
    """Check that a file was not open in the parent at the fork.

    Raises:
        ForkedError: it was, and nothing can be stored in it safely.
    """
    if not _carried or not path.exists():
        return
    found = path.stat()
    if (found.st_dev, found.st_ino) in _carried:
        raise ForkedError(
            what,
            "close all connections to it before you fork, and fork while "
            "no thread works on it",
        )


def _look() -> None:
    """Record the files that are open, first of all in a child."""
    _carried.update(_files())


def _files() -> Iterator[tuple[int, int]]:
    try:
        names = os.listdir(_OPEN_FILES)  # noqa: PTH208
    except OSError:
        return
    for name in names:
        try:
            found = os.fstat(int(name))
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(found.st_mode):
            yield found.st_dev, found.st_ino


os.register_at_fork(after_in_child=_look)
