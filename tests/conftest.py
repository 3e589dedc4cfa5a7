"""What the tests of several folders are given."""

from __future__ import annotations

from tests.postgres import own_postgres, postgres, postgres_url

__all__ = ["own_postgres", "postgres", "postgres_url"]
