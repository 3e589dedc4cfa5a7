"""orderlife: the whole life of an order, as a library.

Captured, checked, paid, reserved, picked, packed, shipped, tracked,
delivered, returned, refunded, closed.  Start with ``OrderDesk``; or
call ``handle``, which is pure, and do the rest yourself.

The names are imported when they are first used, so that
``import orderlife`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderlife._kernel.case import Case as Case
    from orderlife._kernel.decision import (
        Decision as Decision,
        Refusal as Refusal,
    )
    from orderlife._kernel.messages import (
        SYSTEM as SYSTEM,
        Actor as Actor,
        Command as Command,
        Contradiction as Contradiction,
        Event as Event,
        ExceptionKind as ExceptionKind,
        Fact as Fact,
        Recorded as Recorded,
        Remedy as Remedy,
        Timer as Timer,
        TimerFired as TimerFired,
        TimerKind as TimerKind,
    )
    from orderlife._kernel.offers import (
        Allowed as Allowed,
        NotAllowed as NotAllowed,
    )
    from orderlife._values.limits import MAX_ID as MAX_ID
    from orderlife._values.money import Currency as Currency, Money as Money
    from orderlife._values.once import order_id_for as order_id_for
    from orderlife._values.personal import (
        Address as Address,
        Contact as Contact,
        FreeText as FreeText,
    )
    from orderlife.desk.async_desk import AsyncOrderDesk as AsyncOrderDesk
    from orderlife.desk.desk import OrderDesk as OrderDesk
    from orderlife.desk.view import OrderView as OrderView, Status as Status
    from orderlife.engine.engine import (
        Receipt as Receipt,
        Retry as Retry,
        Swept as Swept,
    )
    from orderlife.engine.ports import AsyncPorts as AsyncPorts, Ports as Ports
    from orderlife.errors import (
        AlteredError as AlteredError,
        AmountOutOfRangeError as AmountOutOfRangeError,
        ChainBrokenError as ChainBrokenError,
        ClockError as ClockError,
        CodecError as CodecError,
        CommandIdReusedError as CommandIdReusedError,
        ConflictError as ConflictError,
        CurrencyMismatchError as CurrencyMismatchError,
        DeniedError as DeniedError,
        ForgetfulStoreError as ForgetfulStoreError,
        ForgetfulStoreWarning as ForgetfulStoreWarning,
        ForkedError as ForkedError,
        IllegalTransitionError as IllegalTransitionError,
        InDoubtError as InDoubtError,
        InputError as InputError,
        InvalidAmountError as InvalidAmountError,
        InvariantError as InvariantError,
        LifecycleError as LifecycleError,
        LimitExceededError as LimitExceededError,
        MissingExtraError as MissingExtraError,
        MoneyError as MoneyError,
        NewerDocumentError as NewerDocumentError,
        NotAllowedError as NotAllowedError,
        NotFoundError as NotFoundError,
        NumberTakenError as NumberTakenError,
        OrderlifeError as OrderlifeError,
        OverloadedError as OverloadedError,
        PolicyError as PolicyError,
        PortError as PortError,
        Problem as Problem,
        RefusedError as RefusedError,
        StaleVersionError as StaleVersionError,
        StoredError as StoredError,
        StoreVersionError as StoreVersionError,
        TooManyDigitsError as TooManyDigitsError,
        TracesLeftError as TracesLeftError,
        UncommittedError as UncommittedError,
        UnknownCurrencyError as UnknownCurrencyError,
        UnknownKeywordError as UnknownKeywordError,
        ValidationError as ValidationError,
    )
    from orderlife.house import (
        evolve as evolve,
        fold as fold,
        handle as handle,
        timers as timers,
    )
    from orderlife.invariants import (
        Violation as Violation,
        check_invariants as check_invariants,
        violations as violations,
    )
    from orderlife.policy.model import (
        Parcelling as Parcelling,
        Policy as Policy,
        ReturnReason as ReturnReason,
        ReturnTerms as ReturnTerms,
        ReturnVerdict as ReturnVerdict,
    )
    from orderlife.policy.permissions import (
        Grant as Grant,
        Permissions as Permissions,
        UpTo as UpTo,
    )
    from orderlife.policy.registries import Flag as Flag, Reason as Reason
    from orderlife.ports.base import (
        Capabilities as Capabilities,
        Intent as Intent,
        Unknown as Unknown,
        provider_key as provider_key,
    )
    from orderlife.ports.carrier import Parcel as Parcel
    from orderlife.ports.payment import Tender as Tender
    from orderlife.ports.store import (
        FindOrders as FindOrders,
        OrderSummary as OrderSummary,
    )
    from orderlife.rooms.exceptions.messages import (
        EffectFailed as EffectFailed,
        ResolveException as ResolveException,
    )
    from orderlife.rooms.exceptions.model import ExceptionItem as ExceptionItem
    from orderlife.rooms.order.lifecycle import OrderState as OrderState
    from orderlife.rooms.order.messages import (
        CancelLines as CancelLines,
        CancelOrder as CancelOrder,
        DraftOrder as DraftOrder,
        FraudJudged as FraudJudged,
        OpenHold as OpenHold,
        PlaceDraft as PlaceDraft,
        PlaceOrder as PlaceOrder,
        ReleaseHold as ReleaseHold,
    )
    from orderlife.rooms.order.model import (
        Discount as Discount,
        Hold as Hold,
        Line as Line,
        Order as Order,
        OrderLine as OrderLine,
        Screening as Screening,
        Units as Units,
    )
    from orderlife.rooms.payment.messages import (
        CapturePayment as CapturePayment,
        PaymentReported as PaymentReported,
        PayOrder as PayOrder,
        RefundPayment as RefundPayment,
    )
    from orderlife.rooms.returns.lifecycle import ReturnState as ReturnState
    from orderlife.rooms.returns.messages import (
        ApproveReturn as ApproveReturn,
        CancelReturn as CancelReturn,
        ChangeDisposition as ChangeDisposition,
        CloseReceiving as CloseReceiving,
        DeclineReturn as DeclineReturn,
        InspectReturn as InspectReturn,
        RequestReturn as RequestReturn,
        ReturnReceived as ReturnReceived,
        ReturnShipped as ReturnShipped,
    )
    from orderlife.rooms.returns.model import (
        Finding as Finding,
        Return as Return,
        UnexpectedItem as UnexpectedItem,
    )
    from orderlife.rooms.shipment.lifecycle import (
        ShipmentState as ShipmentState,
    )
    from orderlife.rooms.shipment.messages import (
        BuyShipmentLabel as BuyShipmentLabel,
        CancelShipment as CancelShipment,
        DispatchShipment as DispatchShipment,
        InterceptShipment as InterceptShipment,
        LabelReported as LabelReported,
        PackShipment as PackShipment,
        PickShipment as PickShipment,
        Scanned as Scanned,
    )
    from orderlife.rooms.shipment.model import (
        ScanStatus as ScanStatus,
        Shipment as Shipment,
    )
    from orderlife.rooms.stock.lifecycle import (
        ReservationState as ReservationState,
    )
    from orderlife.rooms.stock.messages import (
        FillBackorder as FillBackorder,
        StockArrived as StockArrived,
        StockReported as StockReported,
    )
    from orderlife.rooms.stock.model import Reservation as Reservation

_NAMES = {
    "_kernel.case": ("Case",),
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
    "desk.view": (
        "OrderView",
        "Status",
    ),
    "engine.engine": (
        "Receipt",
        "Retry",
        "Swept",
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
    "rooms.stock.lifecycle": ("ReservationState",),
    "rooms.stock.messages": (
        "FillBackorder",
        "StockArrived",
        "StockReported",
    ),
    "rooms.stock.model": ("Reservation",),
}
"""Which module each public name is in."""

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
