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
    from orderlife.admission import (
        AnyCommand as AnyCommand,
        AnyFact as AnyFact,
    )
    from orderlife.allowed import (
        Allowed as Allowed,
    )
    from orderlife.case import (
        AnyEvent as AnyEvent,
        Case as Case,
        Decision as Decision,
        Refusal as Refusal,
        evolve as evolve,
        fold as fold,
        handle as handle,
        timers as timers,
    )
    from orderlife.desk import (
        AsyncOrderDesk as AsyncOrderDesk,
        AsyncPorts as AsyncPorts,
        OrderDesk as OrderDesk,
        Ports as Ports,
    )
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
    from orderlife.flows import (
        Receipt as Receipt,
        Retry as Retry,
        Swept as Swept,
    )
    from orderlife.invariants import (
        Violation as Violation,
        check_invariants as check_invariants,
        violations as violations,
    )
    from orderlife.messages import (
        SYSTEM as SYSTEM,
        Actor as Actor,
        Command as Command,
        Contradiction as Contradiction,
        EffectFailed as EffectFailed,
        Event as Event,
        ExceptionKind as ExceptionKind,
        Fact as Fact,
        Recorded as Recorded,
        Remedy as Remedy,
        Timer as Timer,
        TimerFired as TimerFired,
        TimerKind as TimerKind,
    )
    from orderlife.money import (
        Currency as Currency,
        Money as Money,
    )
    from orderlife.once import (
        order_id_for as order_id_for,
    )
    from orderlife.order.lifecycle import (
        OrderState as OrderState,
    )
    from orderlife.order.messages import (
        CancelLines as CancelLines,
        CancelOrder as CancelOrder,
        CapturePayment as CapturePayment,
        DraftOrder as DraftOrder,
        FraudJudged as FraudJudged,
        OpenHold as OpenHold,
        PaymentReported as PaymentReported,
        PayOrder as PayOrder,
        PlaceDraft as PlaceDraft,
        PlaceOrder as PlaceOrder,
        RefundPayment as RefundPayment,
        ReleaseHold as ReleaseHold,
        ResolveException as ResolveException,
    )
    from orderlife.order.model import (
        Discount as Discount,
        ExceptionItem as ExceptionItem,
        Hold as Hold,
        Line as Line,
        Order as Order,
        OrderLine as OrderLine,
        Screening as Screening,
        Units as Units,
    )
    from orderlife.permissions import (
        Grant as Grant,
        Permissions as Permissions,
        UpTo as UpTo,
    )
    from orderlife.personal import (
        Address as Address,
        Contact as Contact,
        FreeText as FreeText,
    )
    from orderlife.policy import (
        Parcelling as Parcelling,
        Policy as Policy,
        ReturnReason as ReturnReason,
        ReturnTerms as ReturnTerms,
        ReturnVerdict as ReturnVerdict,
    )
    from orderlife.ports.base import (
        Capabilities as Capabilities,
        Intent as Intent,
        Unknown as Unknown,
        provider_key as provider_key,
    )
    from orderlife.ports.carrier import (
        Parcel as Parcel,
    )
    from orderlife.ports.payment import (
        Tender as Tender,
    )
    from orderlife.ports.store import (
        FindOrders as FindOrders,
        OrderSummary as OrderSummary,
    )
    from orderlife.reservation.lifecycle import (
        ReservationState as ReservationState,
    )
    from orderlife.reservation.messages import (
        FillBackorder as FillBackorder,
        StockArrived as StockArrived,
        StockReported as StockReported,
    )
    from orderlife.reservation.model import (
        Reservation as Reservation,
    )
    from orderlife.returns.lifecycle import (
        ReturnState as ReturnState,
    )
    from orderlife.returns.messages import (
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
    from orderlife.returns.model import (
        Finding as Finding,
        Return as Return,
        UnexpectedItem as UnexpectedItem,
    )
    from orderlife.shipment.lifecycle import (
        ShipmentState as ShipmentState,
    )
    from orderlife.shipment.messages import (
        BuyShipmentLabel as BuyShipmentLabel,
        CancelShipment as CancelShipment,
        DispatchShipment as DispatchShipment,
        InterceptShipment as InterceptShipment,
        LabelReported as LabelReported,
        PackShipment as PackShipment,
        PickShipment as PickShipment,
        Scanned as Scanned,
    )
    from orderlife.shipment.model import (
        ScanStatus as ScanStatus,
        Shipment as Shipment,
    )
    from orderlife.view import (
        OrderView as OrderView,
        Status as Status,
    )

_NAMES = {
    "admission": (
        "AnyCommand",
        "AnyFact",
    ),
    "allowed": ("Allowed",),
    "case": (
        "AnyEvent",
        "Case",
        "Decision",
        "Refusal",
        "evolve",
        "fold",
        "handle",
        "timers",
    ),
    "desk": (
        "AsyncOrderDesk",
        "AsyncPorts",
        "OrderDesk",
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
        "ForkedError",
        "ForgetfulStoreError",
        "ForgetfulStoreWarning",
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
    "flows": (
        "Receipt",
        "Retry",
        "Swept",
    ),
    "invariants": (
        "Violation",
        "check_invariants",
        "violations",
    ),
    "messages": (
        "Actor",
        "Command",
        "Contradiction",
        "EffectFailed",
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
    "money": (
        "Currency",
        "Money",
    ),
    "once": ("order_id_for",),
    "order.lifecycle": ("OrderState",),
    "order.messages": (
        "CancelLines",
        "CancelOrder",
        "CapturePayment",
        "DraftOrder",
        "FraudJudged",
        "OpenHold",
        "PayOrder",
        "PaymentReported",
        "PlaceDraft",
        "PlaceOrder",
        "RefundPayment",
        "ReleaseHold",
        "ResolveException",
    ),
    "order.model": (
        "Discount",
        "ExceptionItem",
        "Hold",
        "Line",
        "Order",
        "OrderLine",
        "Screening",
        "Units",
    ),
    "permissions": (
        "Grant",
        "Permissions",
        "UpTo",
    ),
    "personal": (
        "Address",
        "Contact",
        "FreeText",
    ),
    "policy": (
        "Parcelling",
        "Policy",
        "ReturnReason",
        "ReturnTerms",
        "ReturnVerdict",
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
    "reservation.lifecycle": ("ReservationState",),
    "reservation.messages": (
        "FillBackorder",
        "StockArrived",
        "StockReported",
    ),
    "reservation.model": ("Reservation",),
    "returns.lifecycle": ("ReturnState",),
    "returns.messages": (
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
    "returns.model": (
        "Finding",
        "Return",
        "UnexpectedItem",
    ),
    "shipment.lifecycle": ("ShipmentState",),
    "shipment.messages": (
        "BuyShipmentLabel",
        "CancelShipment",
        "DispatchShipment",
        "InterceptShipment",
        "LabelReported",
        "PackShipment",
        "PickShipment",
        "Scanned",
    ),
    "shipment.model": (
        "ScanStatus",
        "Shipment",
    ),
    "view": (
        "OrderView",
        "Status",
    ),
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
