import pytest
from psycopg_pool import ConnectionPool
import tests.desk.test_store as ref
from orderlife_adapters.postgres import PostgresOrderStore

globals().update(
    {
        k: v
        for k, v in vars(ref).items()
        if k.startswith("test_")
        and k != "test_a_decision_that_records_nothing_begins_nothing"
    }
)


@pytest.fixture
def store(postgres_url):
    with ConnectionPool(
        postgres_url, min_size=1, max_size=2, open=True
    ) as pool:
        s = PostgresOrderStore(pool)
        s.migrate()
        s.commit(ref.commit(intents=(ref.intent("o1:capture:1"),)))
        yield s


def test_nothing(store):
    assert store.commit(ref.commit(order_id="o7", events=())) == ref.Committed(
        version=0
    )
    assert store.load("o7") is None
    assert store.effects("o7") == ()
    print(store.load("o1"))
