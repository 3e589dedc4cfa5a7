"""Personal data is written where it belongs, and nowhere else."""

from __future__ import annotations

import json

import attrs
import pytest
from hypothesis import given, settings

from orderlife import Address, CodecError, Contact, FreeText
from orderlife.codec import dumps, loads
from orderlife.ports.base import PersonalIntent
from tests.desk.play import Life, lives
from tools.generate_golden import INTENTS, sample

PERSONAL = tuple(i for i in INTENTS if issubclass(i, PersonalIntent))
ADA = Contact(email="ada@example.org", name="Ada")


@pytest.mark.parametrize("kind", PERSONAL)
def test_an_intent_is_written_without_people(
    kind: type[PersonalIntent],
) -> None:
    """What a port needs of a person is left out of what is stored."""
    intent = attrs.evolve(sample(kind), people={"o1:contact": ADA})
    text = dumps(intent, "intent")
    assert "ada@example.org" not in text
    assert "people" not in json.loads(text)["data"]
    back = loads(text, "intent")
    assert intent == back
    assert back.people == {}


@pytest.mark.parametrize("kind", PERSONAL)
def test_people_in_a_stored_intent_are_refused(
    kind: type[PersonalIntent],
) -> None:
    """Nor are they read out of one."""
    document = json.loads(dumps(sample(kind), "intent"))
    document["data"]["people"] = {}
    with pytest.raises(CodecError):
        loads(json.dumps(document), "intent")


def test_personal_data_has_documents_of_its_own() -> None:
    """An address, a contact and a text are written as they are."""
    for value in (ADA, FreeText("With love")):
        assert value == loads(dumps(value, "personal"), "personal")


@settings(max_examples=25, deadline=None)
@given(life=lives())
def test_no_document_of_a_life_holds_personal_data(life: Life) -> None:
    """Cases, events and intents name a person by reference alone."""
    secrets = ["Ada Augusta", "ada@secret.example", "Mill Lane", "With love"]
    first = attrs.evolve(
        life.first,
        contact=Contact(email=secrets[1], name=secrets[0]),
        ship_to=Address(
            name=secrets[0], lines=(secrets[2],), city="Bonn", country="DE"
        ),
        gift_message=secrets[3],
        lines=tuple(
            attrs.evolve(line, instructions=secrets[3])
            for line in life.first.lines
        ),
    )
    desk = attrs.evolve(life, first=first).desk()
    texts = [dumps(desk.get("o1").case, "case")]
    texts += [dumps(e, "recorded") for e in desk.history("o1")]
    texts += [dumps(e.intent, "intent") for e in desk.effects("o1")]
    for text in texts:
        for secret in secrets:
            assert secret not in text
