"""The worker as a program: on a file, told to stop by a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orderlife import Line, Money, OrderDesk
from tests.desk.shop import ADDRESS

APPLICATION = """
from orderlife.testing import FakeCarrier, FakeGateway, FakeNotifier
from orderlife.worker import Providers


def ports():
    return Providers(
        payment=FakeGateway(), carrier=FakeCarrier(), notifier=FakeNotifier()
    )
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_works_until_it_is_told_to_stop(
    tmp_path: Path, number: signal.Signals
) -> None:
    """It does what is due, says so, and ends well."""
    (tmp_path / "shop.py").write_text(APPLICATION)
    with OrderDesk.open(tmp_path / "shop.db", inline=False) as desk:
        desk.place(
            [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
            order_id="o1",
            ship_to=ADDRESS,
            pay_with="tok_visa",
        )
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "orderlife", "worker", "--json"),
            *("--store", "shop.db", "--ports", "shop:ports"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        done = 0
        while done < 1:
            line = json.loads(process.stdout.readline())
            done += line.get("effects", 0)
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"
