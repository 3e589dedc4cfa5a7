"""Converts messages and cases to versioned JSON documents and back.

The functions here read and write the documents of orderlife's own house;
``codec_of`` gives the codec of a house with more rooms.  cattrs is
imported when a codec is first used, and not before.
"""

from __future__ import annotations

from orderlife._values.strict_json import parse
from orderlife.codec.converter import configure_converter, make_converter
from orderlife.codec.documents import SCHEMA, UPCASTS, Codec, codec_of
from orderlife.codec.showing import SHOWN
from orderlife.house import HOUSE

__all__ = [
    "SCHEMA",
    "SHOWN",
    "UPCASTS",
    "Codec",
    "codec_of",
    "configure_converter",
    "dumps",
    "fingerprint",
    "is_request",
    "loads",
    "make_converter",
    "parse",
    "plain",
    "receive",
    "request_hash",
    "schema",
    "structure",
]

_OURS = codec_of(HOUSE)

dumps = _OURS.dumps
fingerprint = _OURS.fingerprint
is_request = _OURS.is_request
loads = _OURS.loads
plain = _OURS.plain
receive = _OURS.receive
request_hash = _OURS.request_hash
schema = _OURS.schema
structure = _OURS.structure
