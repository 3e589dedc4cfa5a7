"""The root of all errors."""

from __future__ import annotations

__all__ = ["OrderlifeError"]


class OrderlifeError(Exception):
    """The root of all errors that orderlife raises."""
