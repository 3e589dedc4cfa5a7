"""Every error that orderlife raises, and what to do about each.

::

    OrderlifeError
    ├── InputError                what came in is wrong: mend the input
    │   ├── ValidationError       one or more fields of a command
    │   │   └── UnknownKeywordError     a word that nothing knows
    │   ├── MoneyError
    │   │   ├── InvalidAmountError      not a number, or a float
    │   │   ├── TooManyDigitsError      finer than the currency
    │   │   ├── AmountOutOfRangeError   beyond 2**53 - 1 minor units
    │   │   ├── UnknownCurrencyError    not an active ISO 4217 code
    │   │   └── CurrencyMismatchError   two currencies in one sum
    │   └── CodecError            a stored or received document
    │       ├── NewerDocumentError      written by a later orderlife
    │       └── RoomMissingError        of a room that this house lacks
    ├── RefusedError              understood, and not possible now
    │   ├── IllegalTransitionError      the lifecycle does not allow it
    │   ├── NotAllowedError             a rule of the shop or the house
    │   │   └── DeniedError                   this actor may not
    │   │       └── LimitExceededError              not so much
    │   ├── NotFoundError               no such order, line, shipment …
    │   ├── UncommittedError            within a transaction: commit first
    │   └── ConflictError               somebody was there first
    │       ├── StaleVersionError       the order has moved on: read again
    │       ├── CommandIdReusedError    one id, two different commands
    │       └── NumberTakenError        a channel's number, placed twice
    ├── PortError                 an adapter broke its contract
    ├── PolicyError               the shop's policy has no answer
    ├── OverloadedError           too much at once: try again later
    ├── ForkedError               opened before a fork: open it anew
    ├── InDoubtError              stored or not: give the same id again
    │   └── StoredError           stored, and not to be shown just now
    ├── StoreVersionError         tables of another release: migrate
    ├── ChainBrokenError          stored events were tampered with
    ├── AlteredError              what is kept is not what they say
    ├── TracesLeftError           erased, and not gone yet: erase again
    ├── ClockError                a clock tells no moment: give it a zone
    ├── ForgetfulStoreError       it may forget what nobody can be asked of
    ├── MissingExtraError         an optional package is not installed
    ├── InvariantError            a rule of the house is broken: a bug
    │   └── RoomError             a function of a room you brought: mend it
    └── LifecycleError            a lifecycle, room or port: a defect

Whose fault it is decides the branch: the caller's input, the state of
the order, an adapter, the shop's policy, the installation, or orderlife
itself.
Errors take positional arguments, so that they can be pickled.
"""

from __future__ import annotations

from orderlife.errors import _input, _refusals, _setup, _storage
from orderlife.errors._input import *  # noqa: F403
from orderlife.errors._refusals import *  # noqa: F403
from orderlife.errors._root import OrderlifeError
from orderlife.errors._setup import *  # noqa: F403
from orderlife.errors._storage import *  # noqa: F403

# Each module lists its names; here they are one list.
__all__ = ["OrderlifeError"]
__all__ += _input.__all__
__all__ += _refusals.__all__
__all__ += _setup.__all__
__all__ += _storage.__all__

# Tracebacks, logs and pickles name an error by its public place, and so
# those of earlier releases can be read.
for _name in __all__:
    globals()[_name].__module__ = __name__
