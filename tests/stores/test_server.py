"""The server that the tests of stores run on."""

from __future__ import annotations

import psycopg
import pytest

from tests.postgres import Server


def test_each_test_has_an_empty_database(postgres_url: str) -> None:
    """Nothing of another test is there."""
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
    assert found == (0,)


@pytest.mark.one_python
def test_a_killed_server_comes_back(own_postgres: Server) -> None:
    """With what was committed, and without what was not."""
    connection = psycopg.connect(own_postgres.url)
    connection.execute("CREATE TABLE kept (number INTEGER)")
    connection.execute("INSERT INTO kept VALUES (1)")
    connection.commit()
    connection.execute("INSERT INTO kept VALUES (2)")
    own_postgres.restart()
    with pytest.raises(psycopg.OperationalError):
        connection.commit()
    connection.close()
    with psycopg.connect(own_postgres.url) as connection:
        found = connection.execute("SELECT * FROM kept").fetchall()
    assert found == [(1,)]
