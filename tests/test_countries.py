"""Countries are those of ISO 3166-1, and the one that all others use."""

from __future__ import annotations

import re
from pathlib import Path

import pycountry
import pytest

from orderlife._values.countries import country_problem, is_country
from orderlife._values.country_table import ALPHA_2, NAMES
from tools import generate_countries


def test_there_are_as_many_as_iso_has() -> None:
    """Each by two capital letters, with its code of three."""
    assert len(NAMES) == len(pycountry.countries) == 249
    assert set(ALPHA_2.values()) == set(NAMES)
    assert all(re.fullmatch("[A-Z]{2}", code) for code in NAMES)
    assert all(re.fullmatch("[A-Z]{3}", code) for code in ALPHA_2)


@pytest.mark.parametrize("code", [*NAMES, "XK"])
def test_a_country_is_taken(code: str) -> None:
    """Kosovo among them, whose code is none of ISO's own."""
    assert is_country(code)
    assert country_problem(code) == ""


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("UK", "GB"),
        ("EL", "GR"),
        ("de", "DE"),
        (" DE ", "DE"),
        ("xk", "XK"),
        ("XKX", "XK"),
        ("DEU", "DE"),
        ("USA", "US"),
        ("usa", "US"),
        ("Germany", "DE"),
        ("germany", "DE"),
        ("Germny", "DE"),
        ("Kosovo", "XK"),
        ("England", "GB"),
        ("Türkiye", "TR"),
        ("IC", "ES"),
        ("AN", "CW"),
    ],
)
def test_what_was_meant_is_named(code: str, meant: str) -> None:
    """It is refused all the same: two ways to write one are one too many."""
    assert not is_country(code)
    assert country_problem(code) == (
        f"must be two capital letters of ISO 3166-1; did you mean {meant!r}?"
    )


@pytest.mark.parametrize(
    "code",
    ["", "ZZ", "AA", "QM", "XX", "EU", "D", "4012888888881881", "x" * 5000],
)
def test_nobody_knows_what_was_meant(code: str) -> None:
    """Codes that nobody may use, or that each uses in his own way."""
    assert country_problem(code) == (
        "must be two capital letters of ISO 3166-1; as in 'DE'"
    )


def test_the_table_is_what_the_generator_writes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And it notices where somebody has written in it."""
    assert generate_countries.main(["--check"]) == 0
    target = tmp_path / "_countries.py"
    monkeypatch.setattr(generate_countries, "TARGET", target)
    assert generate_countries.main(["--check"]) == 1
    assert generate_countries.main([]) == 0
    assert generate_countries.main(["--check"]) == 0
    target.write_text("NAMES = {}\n")
    assert generate_countries.main(["--check"]) == 1
    assert "run python tools/generate_countries.py" in capsys.readouterr().err
