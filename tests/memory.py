"""A folder for files that need no disk.

SIGKILL takes nothing of what is in memory, and a sync is free there: so
what is killed, but never loses its power, may have its files there.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

__all__ = ["quick_folder"]

_MEMORY: Final = Path("/dev/shm")  # noqa: S108
_ROOM: Final = 1 << 30
"""Bytes that must be free: a container may have as good as nothing."""


def quick_folder(prefix: str) -> Path:
    """Make a folder in memory that looks like a disk.

    Where there is no such memory, or little, it is on the disk.
    Whoever asks for it removes it.
    """
    try:
        free = shutil.disk_usage(_MEMORY).free
        where = _MEMORY if free >= _ROOM else None
        return Path(tempfile.mkdtemp(prefix=prefix, dir=where))
    except OSError:
        return Path(tempfile.mkdtemp(prefix=prefix))
