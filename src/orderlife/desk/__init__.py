"""The desk: the front door for programs that embed the library."""

from __future__ import annotations

from orderlife.desk.async_desk import AsyncOrderDesk
from orderlife.desk.desk import OrderDesk
from orderlife.desk.settings import utc_now
from orderlife.engine.ports import AsyncPorts, Ports
from orderlife.rooms.status import Status
from orderlife.views.order import OrderView

__all__ = [
    "AsyncOrderDesk",
    "AsyncPorts",
    "OrderDesk",
    "OrderView",
    "Ports",
    "Status",
    "utc_now",
]
