"""orderlife: the whole life of an order, as a library.

Captured, checked, paid, reserved, picked, packed, shipped, tracked,
delivered, returned, refunded, closed.  Start with ``OrderDesk``; or
call ``handle``, which is pure, and do the rest yourself.

The names are imported when they are first used, so that
``import orderlife`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "_kernel.case": ("Case",),
    "_kernel.choices": (
        "AmountLimit",
        "Choice",
        "Option",
        "UnitLimit",
    ),
    "_kernel.decision": (
        "Decision",
        "Refusal",
    ),
    "_kernel.messages": (
        "Actor",
        "Command",
        "Contradiction",
        "Event",
        "ExceptionKind",
        "Fact",
        "Recorded",
        "Remedy",
        "SYSTEM",
        "Timer",
        "TimerFired",
        "TimerKind",
    ),
    "_kernel.offers": (
        "Allowed",
        "NotAllowed",
    ),
    "_values.limits": ("MAX_ID",),
    "_values.money": (
        "Currency",
        "Money",
    ),
    "_values.once": ("order_id_for",),
    "_values.personal": (
        "Address",
        "Contact",
        "FreeText",
    ),
    "desk.async_desk": ("AsyncOrderDesk",),
    "desk.desk": ("OrderDesk",),
    "engine.engine": (
        "Receipt",
        "Retry",
        "RoundResult",
    ),
    "engine.ports": (
        "AsyncPorts",
        "Ports",
    ),
    "errors": (
        "AlteredError",
        "AmountOutOfRangeError",
        "ChainBrokenError",
        "ClockError",
        "CodecError",
        "CommandIdReusedError",
        "ConflictError",
        "CurrencyMismatchError",
        "DeniedError",
        "ForgetfulStoreError",
        "ForgetfulStoreWarning",
        "ForkedError",
        "IllegalTransitionError",
        "InDoubtError",
        "InputError",
        "InvalidAmountError",
        "InvariantError",
        "LifecycleError",
        "LimitExceededError",
        "MissingExtraError",
        "MoneyError",
        "NewerDocumentError",
        "NotAllowedError",
        "NotFoundError",
        "NumberTakenError",
        "OrderlifeError",
        "OverloadedError",
        "PolicyError",
        "PortError",
        "Problem",
        "RefusedError",
        "StaleVersionError",
        "StoreVersionError",
        "StoredError",
        "TooManyDigitsError",
        "TracesLeftError",
        "UncommittedError",
        "UnknownCurrencyError",
        "UnknownKeywordError",
        "ValidationError",
    ),
    "house": (
        "evolve",
        "fold",
        "handle",
        "timers",
    ),
    "invariants": (
        "Violation",
        "check_invariants",
        "violations",
    ),
    "policy.model": (
        "Parcelling",
        "Policy",
        "ReturnReason",
        "ReturnTerms",
        "ReturnVerdict",
    ),
    "policy.permissions": (
        "Grant",
        "Permissions",
        "UpTo",
    ),
    "policy.registries": (
        "Flag",
        "Reason",
    ),
    "ports.base": (
        "Capabilities",
        "Intent",
        "Unknown",
        "provider_key",
    ),
    "ports.carrier": ("Parcel",),
    "ports.payment": ("Tender",),
    "ports.store": (
        "FeedEntry",
        "FindOrders",
        "OrderSummary",
    ),
    "rooms.exceptions.messages": (
        "EffectFailed",
        "ResolveException",
    ),
    "rooms.exceptions.model": ("ExceptionItem",),
    "rooms.order.lifecycle": ("OrderState",),
    "rooms.order.messages": (
        "CancelLines",
        "CancelOrder",
        "DraftOrder",
        "FraudJudged",
        "OpenHold",
        "PlaceDraft",
        "PlaceOrder",
        "ReleaseHold",
    ),
    "rooms.order.model": (
        "Discount",
        "Hold",
        "Line",
        "Order",
        "OrderLine",
        "Screening",
        "Units",
    ),
    "rooms.payment.messages": (
        "CapturePayment",
        "PayOrder",
        "PaymentReported",
        "RefundPayment",
    ),
    "rooms.returns.lifecycle": ("ReturnState",),
    "rooms.returns.messages": (
        "ApproveReturn",
        "CancelReturn",
        "ChangeDisposition",
        "CloseReceiving",
        "DeclineReturn",
        "InspectReturn",
        "RequestReturn",
        "ReturnReceived",
        "ReturnShipped",
    ),
    "rooms.returns.model": (
        "Finding",
        "Return",
        "UnexpectedItem",
    ),
    "rooms.shipment.lifecycle": ("ShipmentState",),
    "rooms.shipment.messages": (
        "BuyShipmentLabel",
        "CancelShipment",
        "DispatchShipment",
        "InterceptShipment",
        "LabelReported",
        "PackShipment",
        "PickShipment",
        "Scanned",
    ),
    "rooms.shipment.model": (
        "ScanStatus",
        "Shipment",
    ),
    "rooms.status": ("Status",),
    "rooms.stock.lifecycle": ("ReservationState",),
    "rooms.stock.messages": (
        "FillBackorder",
        "StockArrived",
        "StockReported",
    ),
    "rooms.stock.model": ("Reservation",),
    "timeline": ("TimelineEntry",),
    "views.order": ("OrderView",),
    "views.pages": (
        "CustomerView",
        "StaffView",
    ),
    "views.preview": (
        "EffectPreview",
        "LineStanding",
        "MessagePreview",
        "MoneyPreview",
        "Preview",
        "Standing",
    ),
}
"""All public names, by the module that each is in.

``__init__.pyi``, which type checkers read, is written from this list by
``tools/generate_exports.py``.
"""

_WHERE = {name: module for module, names in _NAMES.items() for name in names}

__all__ = sorted(_WHERE)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _WHERE:
        message = f"module 'orderlife' has no attribute {name!r}"
        raise AttributeError(message)
    module = import_module(f"orderlife.{_WHERE[name]}")
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
