"""Every ```python block of the README and the documentation is a test.

The blocks of one page share one namespace, from top to bottom, as if they
were one program. Blocks of any other language are only read.
``<!-- skip: next -->`` before a block leaves it out.

Each test that asks for ``postgres_url`` has a PostgreSQL database of its
own, and the page about PostgreSQL too. A test that kills its server asks
for ``own_postgres``: nobody else works on that one.

Files of tests, ``tmp_path``, are in memory where there is room for them:
nothing that a test kills loses its power, and a sync is free there.  They
are gone afterwards; ``--basetemp=FOLDER`` keeps them.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from sybil.sybil import SybilCollection

from tests.memory import quick_folder
from tests.postgres import (
    VARIABLE,
    NoPostgresError,
    Server,
    make_server,
    shared_server,
)

# Machines are noisy: no test fails for its time alone.  And a gate gives
# the same answer twice, so it need not look at many examples each time:
# HYPOTHESIS_SEARCH=1 looks for new ones, and at more of them.
_SEARCH = "HYPOTHESIS_SEARCH" in os.environ
settings.register_profile(
    "house",
    deadline=None,
    derandomize=not _SEARCH,
    max_examples=100 if _SEARCH else 40,
)
settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have the files of all workers in one folder that is quick."""
    if config.option.basetemp is None:
        folder = quick_folder("orderlife-tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        config.option.basetemp = str(folder / "files")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest of all, so that no core waits for its end."""
    items.sort(key=lambda item: item.path.name != "test_benchmarks.py")


def _as_a_program(namespace: dict[str, object]) -> None:
    namespace["__name__"] = "__main__"


_PARSERS = (PythonCodeBlockParser(), SkipParser())
_NEEDS_POSTGRES = "*postgresql.md"

pytest_collect_file = SybilCollection(
    (
        Sybil(
            parsers=_PARSERS,
            pattern="*.md",
            excludes=[_NEEDS_POSTGRES],
            setup=_as_a_program,
        ),
        Sybil(
            parsers=_PARSERS,
            pattern=_NEEDS_POSTGRES,
            setup=_as_a_program,
            fixtures=["shop_database"],
        ),
    )
).pytest()

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server with room for databases."""
    if url := os.environ.get(VARIABLE):
        yield url
        return
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of the session, for all workers
    try:
        with shared_server(folder) as server:
            yield server.url
    except NoPostgresError as error:
        pytest.skip(str(error))


@contextlib.contextmanager
def _database(server: str) -> Iterator[str]:
    """An empty database for a while; gives its URL."""
    name = f"orderlife_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            dropped = f"DROP DATABASE {name} WITH (FORCE)"
            connection.execute(dropped.encode())


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The URL of an empty database, for one test."""
    with _database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def shop_database(postgres: str) -> Iterator[None]:
    """An empty database for the page about PostgreSQL.

    Its URL is where an application would look for it.
    """
    with _database(postgres) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_DATABASE", url)
        yield


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server that this test may kill; durable, as in a shop."""
    try:
        server = make_server(durable=True)
    except NoPostgresError as error:
        pytest.skip(str(error))
    try:
        yield server
    finally:
        server.remove()
