"""Money: exact amounts, honest errors, and shares that always add up."""

from __future__ import annotations

import copy
import decimal
import importlib.util
import operator
import pickle
import subprocess
import sys
from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import iso4217
import pytest
from hypothesis import example, given, strategies as st

from orderlife._values.currency_table import DIGITS, NAMES, PUBLISHED
from orderlife._values.money import (
    MAX_MINOR,
    Currency,
    Money,
    allocate_minor,
    prefix_between,
    share,
    shares_between,
)
from orderlife.errors import (
    AmountOutOfRangeError,
    CurrencyMismatchError,
    InputError,
    InvalidAmountError,
    MoneyError,
    TooManyDigitsError,
    UnknownCurrencyError,
)

GENERATOR = Path(__file__).parents[1] / "tools" / "generate_currencies.py"

codes = st.sampled_from(sorted(DIGITS))
totals = st.integers(-MAX_MINOR, MAX_MINOR)
amounts = st.builds(Money.of_minor, totals, codes)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


def eur(text: str) -> Money:
    """Write an amount of euro shortly."""
    return Money(text, "EUR")


def untyped(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Call with what the types forbid, as a caller without mypy may."""
    return function(*given, **named)


def pickled(value: object, old: bytes = b"", new: bytes = b"") -> object:
    """Pickle and unpickle, with a change to the bytes where one is given."""
    written = pickle.dumps(value).replace(old, new)
    return pickle.loads(written)  # noqa: S301, its own pickle


# --- making amounts ---------------------------------------------------


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        ("12.500", "EUR", 1250),
        ("0012.50", "EUR", 1250),
        ("-0.05", "EUR", -5),
        ("-0.00", "EUR", 0),
        ("-0.050", "EUR", -5),
        ("1250", "JPY", 1250),
        ("1250.0", "JPY", 1250),
        ("1.234", "BHD", 1234),
        ("1.2345", "CLF", 12345),
        ("90071992547409.91", "EUR", MAX_MINOR),
        ("-9007199254740991", "JPY", -MAX_MINOR),
        ("12000000000", "IDR", 12 * 10**11),
    ],
)
def test_text_and_decimals_are_read_exactly(
    text: str, currency: str, minor: int
) -> None:
    """A string and the Decimal of it make the same amount, exactly."""
    assert Money(text, currency).minor == minor
    assert Money(Decimal(text), currency) == Money(text, currency)
    assert Money(text, currency).currency == currency


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        ".5",
        "5.",
        "+5",
        "--5",
        "1-",
        "1.-5",
        "1.2.3",
        "1,50",
        "1_000",
        "1e3",
        "1e1000000",
        " 1",
        "1\n",
        "0x10",
        "NaN",
        "-Infinity",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "\N{SUPERSCRIPT TWO}",
        "1.\N{FULLWIDTH DIGIT FIVE}",
        "\N{MINUS SIGN}1",
        "1" * 41,
        pytest.param("9" * 10**6, id="a million digits"),
    ],
)
def test_other_text_is_refused(text: str) -> None:
    """Only a minus, ASCII digits and one dot are read, and not too many."""
    with pytest.raises(InvalidAmountError, match="is not an amount: use") as e:
        eur(text)
    assert len(str(e.value)) < 250


def test_a_float_is_refused_with_a_hint() -> None:
    """A float is not exact, and the error shows how to write it instead."""
    with pytest.raises(InvalidAmountError, match="float") as caught:
        untyped(Money, 12.5, "EUR")
    assert "Money('12.5', 'EUR')" in str(caught.value)


def test_a_bare_int_is_refused_with_both_readings() -> None:
    """An int may mean cents or euro, and the error shows how to say which."""
    with pytest.raises(InvalidAmountError, match="either unit") as caught:
        untyped(Money, 1250, "EUR")
    assert "Money.of_minor(1250, 'EUR')" in str(caught.value)
    assert "Money('1250', 'EUR')" in str(caught.value)


@pytest.mark.parametrize("given", [True, None, b"1", [10**5000], Fraction(1)])
def test_other_types_are_refused(given: object) -> None:
    """Nothing but a str or a Decimal is an amount."""
    with pytest.raises(InvalidAmountError, match="a str or a Decimal"):
        untyped(Money, given, "EUR")


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_decimals_have_to_be_finite(text: str) -> None:
    """A Decimal that is no number is no amount."""
    with pytest.raises(InvalidAmountError, match="finite"):
        Money(Decimal(text), "EUR")


def test_huge_exponents_cost_nothing() -> None:
    """A short Decimal with a huge exponent is settled by its exponent."""
    huge, tiny = Decimal("-1e1000000000"), Decimal("1e-1000000000")
    with pytest.raises(AmountOutOfRangeError):
        Money(huge, "EUR")
    with pytest.raises(TooManyDigitsError):
        Money(tiny, "EUR")
    assert Money(tiny, "EUR", rounding=ROUND_UP) == eur("0.01")
    assert Money(Decimal("0e1000000000"), "EUR") == eur("0")


@pytest.mark.parametrize(
    ("text", "currency"), [("12.505", "EUR"), ("0.5", "JPY")]
)
def test_finer_amounts_need_a_rounding(text: str, currency: str) -> None:
    """More digits than the currency has are never dropped silently."""
    for given_amount in (text, Decimal(text)):
        with pytest.raises(TooManyDigitsError, match="rounding=") as caught:
            Money(given_amount, currency)
        assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "rounding", "rounded"),
    [
        ("12.505", ROUND_HALF_UP, "12.51"),
        ("12.505", ROUND_HALF_EVEN, "12.50"),
        ("-12.505", ROUND_HALF_UP, "-12.51"),
        ("-12.509", ROUND_CEILING, "-12.50"),
        ("12.509", ROUND_DOWN, "12.50"),
        ("12.50", ROUND_HALF_UP, "12.50"),
    ],
)
def test_roundings_are_named(text: str, rounding: str, rounded: str) -> None:
    """A rounding of the module decimal is used where one is named."""
    assert Money(text, "EUR", rounding=rounding) == eur(rounded)


def test_an_unknown_rounding_is_refused() -> None:
    """A misspelt rounding is refused, even where it would not matter."""
    with pytest.raises(MoneyError, match="ROUND_HALF_UP"):
        Money("12.50", "EUR", rounding="HALF_UP")


def test_of_minor_takes_ints_alone() -> None:
    """Minor units are counted with an int, which a bool or a float isn't."""
    assert Money.of_minor(-1250, "EUR") == eur("-12.50")
    for wrong in (True, 1250.0, "1250", Decimal(1250), None):
        with pytest.raises(InvalidAmountError, match="with an int, not"):
            untyped(Money.of_minor, wrong, "EUR")


@pytest.mark.parametrize(
    "minor",
    [
        MAX_MINOR + 1,
        -MAX_MINOR - 1,
        pytest.param(10**5000, id="5001 digits"),
    ],
)
def test_amounts_have_a_range(minor: int) -> None:
    """One unit too many is out of range, and so is any result."""
    with pytest.raises(AmountOutOfRangeError, match=r"90071992547409\.91 EUR"):
        Money.of_minor(minor, "EUR")
    with pytest.raises(AmountOutOfRangeError):
        Money.of_minor(1, "EUR") * minor


@pytest.mark.parametrize(
    "amount",
    ["90071992547409.92", "-90071992547409.92", "9" * 40, Decimal("1e14")],
)
def test_given_amounts_have_a_range(amount: str | Decimal) -> None:
    """Text and Decimals are held to the same range."""
    with pytest.raises(AmountOutOfRangeError, match="an amount of EUR"):
        Money(amount, "EUR")


def test_rounding_does_not_leave_the_range() -> None:
    """An amount that is rounded up to more than the most is refused."""
    with pytest.raises(AmountOutOfRangeError):
        Money("90071992547409.911", "EUR", rounding=ROUND_UP)


# --- currencies -------------------------------------------------------


def test_a_currency_tells_its_digits_and_name() -> None:
    """A code stands for a number of digits and a name."""
    yen = Currency.of("JPY")
    assert (yen.code, yen.digits, yen.name) == ("JPY", 0, "Yen")
    assert str(yen) == "JPY"
    assert yen == Currency("JPY") != Currency("EUR")
    assert pickled(yen) == yen


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("eur", "use 'EUR'"),
        (" EUR", "use 'EUR'"),
        ("EURO", "did you mean EUR"),
        ("GPB", "or GBP"),
        ("", "as in 'EUR'"),
        pytest.param("A" * 10**6, "as in 'EUR'", id="a million letters"),
        ("XAU", "with a minor unit"),
        ("BGN", "active ISO 4217"),
        (None, "a str such as 'EUR'"),
        (["EUR"], "a str such as 'EUR'"),
        (978, "a str such as 'EUR'"),
        (Currency("EUR"), "a str such as 'EUR'"),
    ],
)
def test_unknown_currencies_are_refused_with_a_hint(
    code: Any, hint: str
) -> None:
    """What is not a code is refused alike, wherever a code is taken."""
    makers: list[Callable[[], object]] = [
        lambda: Currency.of(code),
        lambda: Currency(code),
        lambda: Money("1", code),
        lambda: Money.of_minor(1, code),
        lambda: Money.zero(code),
    ]
    for make in makers:
        with pytest.raises(UnknownCurrencyError, match=hint) as caught:
            make()
        assert len(str(caught.value)) < 250


def test_the_table_is_that_of_the_standard() -> None:
    """All codes of ISO 4217 that have a minor unit are there, no more."""
    standard = {
        each.code: each.exponent
        for each in iso4217.Currency
        if each.exponent is not None
    }
    assert standard == DIGITS
    assert NAMES.keys() == DIGITS.keys()
    assert iso4217.__published__.isoformat() == PUBLISHED


def test_the_table_was_not_edited() -> None:
    """The generator finds its output as it would write it."""
    done = subprocess.run(
        [sys.executable, str(GENERATOR), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Load the generator, with a target that may be written."""
    spec = importlib.util.spec_from_file_location("generator", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "TARGET", tmp_path / "_currencies.py")
    return module


def test_the_generator_tells_a_difference(
    generator: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table that is missing or edited fails the check, until rewritten."""
    assert generator.main(["--check"]) == 1
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    generator.TARGET.write_text("DIGITS = {}\n")
    assert generator.main(["--check"]) == 1
    assert "run python tools/generate_currencies.py" in capsys.readouterr().err


# --- amounts as values ------------------------------------------------


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money("1234.50", "EUR"), "1234.50 EUR"),
        (Money("-0.05", "EUR"), "-0.05 EUR"),
        (Money("0", "EUR"), "0.00 EUR"),
        (Money("1250", "JPY"), "1250 JPY"),
        (Money("-3", "JPY"), "-3 JPY"),
        (Money("0.007", "BHD"), "0.007 BHD"),
    ],
)
def test_amounts_are_written_plainly(money: Money, text: str) -> None:
    """An amount is written with all digits of its currency, and its code."""
    assert str(money) == text
    number, code = text.split()
    assert repr(money) == f"Money('{number}', '{code}')"


@given(amounts)
def test_what_is_written_reads_back(money: Money) -> None:
    """Text, Decimal, repr, pickle and copies all give the amount back."""
    assert Money(*str(money).split(" ")) == money
    assert Money(money.amount, money.currency) == money
    assert eval(repr(money)) == money  # noqa: S307, its own repr
    assert pickled(money) == money
    assert copy.copy(money) == copy.deepcopy(money) == money
    assert str(money.amount) == str(money).split()[0]


def test_a_doctored_pickle_is_refused() -> None:
    """An amount out of a pickle is checked like any other input."""
    with pytest.raises(UnknownCurrencyError):
        pickled(eur("1.00"), b"EUR", b"EUX")


def test_amounts_cannot_be_changed() -> None:
    """An amount has no attribute that can be set, old or new."""
    money = eur("1.00")
    for name in ("minor", "currency", "note"):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(money, name, 5)
    assert not hasattr(money, "__dict__")


def test_amounts_are_matched_by_pattern() -> None:
    """A case takes amounts apart by position or by name."""
    match eur("12.50"):
        case Money(amount, "EUR") if amount > 100:
            pytest.fail("too much")
        case Money(minor=1250, currency=code):
            assert code == "EUR"
        case _:
            pytest.fail("not matched")


def test_equal_amounts_are_one_key() -> None:
    """Equality and hash go by amount and currency together."""
    assert {eur("1"): "a"}[eur("1.00")] == "a"
    assert eur("1") != Money("1", "USD")
    assert eur("1") != Money("1.00", "JPY")
    assert untyped(operator.ne, eur("1"), "1.00 EUR")
    assert len({eur("1"), eur("2"), Money("1", "USD")}) == 3


def test_no_money_is_false() -> None:
    """Zero is false, as with numbers, and anything else is true."""
    assert not Money.zero("EUR")
    assert Money.zero("EUR") == eur("0.00")
    assert eur("-0.01")


def test_the_context_of_the_thread_does_not_matter() -> None:
    """Amounts are exact under any precision and traps of the caller."""
    every = decimal.Context(prec=1, traps=[decimal.Inexact, decimal.Rounded])
    with decimal.localcontext(every):
        money = Money("1234.565", "EUR", rounding=ROUND_HALF_EVEN)
        assert money.amount == Decimal("1234.56")
        assert Money(money.amount, "EUR") == money
        third = Decimal("0.3333333333")
        assert money.times(third, rounding=ROUND_UP) == eur("411.52")


# --- calculating ------------------------------------------------------


@given(totals, totals, st.integers(-9, 9), codes)
def test_calculating_is_that_of_ints(
    a: int, b: int, factor: int, code: str
) -> None:
    """Sums, differences, products and order are those of minor units."""
    a, b = a // 10, b // 10
    x, y = Money.of_minor(a, code), Money.of_minor(b, code)
    assert (x + y).minor == a + b
    assert (x - y).minor == a - b
    assert (x * factor).minor == (factor * x).minor == a * factor
    assert ((-x).minor, abs(x).minor) == (-a, abs(a))
    assert (x < y, x <= y, x > y, x >= y) == (a < b, a <= b, a > b, a >= b)
    assert (x == y, bool(x)) == (a == b, bool(a))
    assert Money.sum([x, y, x], code).minor == a + b + a


mixing: list[Callable[[Any, Any], object]] = [
    operator.add,
    operator.sub,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
]


@pytest.mark.parametrize("mixed", mixing)
def test_currencies_do_not_mix(mixed: Callable[[Any, Any], object]) -> None:
    """Two currencies in one calculation are refused, and both are named."""
    with pytest.raises(CurrencyMismatchError, match="EUR and USD"):
        mixed(eur("1"), Money("1", "USD"))


@pytest.mark.parametrize("mixed", mixing)
@pytest.mark.parametrize("other", [1, 1.0, "1", None, Decimal(1)])
def test_money_and_numbers_do_not_mix(
    mixed: Callable[[Any, Any], object], other: object
) -> None:
    """An amount is no number, and there is no adding or comparing them."""
    with pytest.raises(TypeError, match=r"not supported|unsupported operand"):
        mixed(eur("1"), other)


@pytest.mark.parametrize("factor", [1.5, Decimal("1.5"), True])
def test_multiplying_takes_ints(factor: Any) -> None:
    """A factor that may need a rounding is sent to where one is named."""
    with pytest.raises(InvalidAmountError, match="times"):
        eur("1") * factor
    with pytest.raises(InvalidAmountError, match="times"):
        factor * eur("1")


def test_money_times_money_is_nothing() -> None:
    """There are no square euro."""
    with pytest.raises(TypeError):
        untyped(operator.mul, eur("1"), eur("1"))


@pytest.mark.parametrize(
    ("text", "factor", "rounding", "result"),
    [
        ("9.99", Decimal("0.19"), ROUND_HALF_UP, "1.90"),
        ("0.50", Decimal("0.01"), ROUND_HALF_UP, "0.01"),
        ("0.50", Decimal("0.01"), ROUND_HALF_EVEN, "0.00"),
        ("-0.50", Decimal("0.01"), ROUND_HALF_UP, "-0.01"),
        ("0.01", Decimal("1e-40"), ROUND_UP, "0.01"),
        ("0.00", Decimal("1e39"), ROUND_UP, "0.00"),
        ("9.99", 3, ROUND_HALF_UP, "29.97"),
        ("10.00", Decimal("0.5" + "0" * 50), ROUND_DOWN, "5.00"),
    ],
)
def test_times_rounds_as_told(
    text: str, factor: Decimal | int, rounding: str, result: str
) -> None:
    """The exact product is rounded once, by the named rounding."""
    assert eur(text).times(factor, rounding=rounding) == eur(result)


@given(
    totals,
    st.decimals(-100, 100, allow_nan=False, places=20),
    st.sampled_from([ROUND_DOWN, ROUND_HALF_EVEN, ROUND_CEILING]),
)
def test_times_is_within_one_unit(
    total: int, factor: Decimal, rounding: str
) -> None:
    """A rounded product is less than a minor unit off the exact one."""
    money = Money.of_minor(total // 100, "EUR")
    exact = Fraction(factor) * money.minor
    got = money.times(factor, rounding=rounding).minor
    assert abs(got - exact) < 1
    if rounding == ROUND_HALF_EVEN:
        assert got == round(exact)


@pytest.mark.parametrize(
    "factor",
    [
        0.19,
        True,
        "0.19",
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1e40"),
        Decimal("1e-41"),
        Decimal("1e-1000000000"),
    ],
)
def test_times_refuses_other_factors(factor: Any) -> None:
    """Floats and endless factors are refused, with the way to write one."""
    with pytest.raises(InvalidAmountError, match=r"Decimal\('0\.19'\)"):
        eur("1").times(factor, rounding=ROUND_HALF_UP)


def test_times_checks_rounding_and_range() -> None:
    """The rounding has to be one, and the result to be in range."""
    with pytest.raises(MoneyError, match="is not a rounding"):
        eur("1").times(2, rounding="up")
    with pytest.raises(AmountOutOfRangeError):
        eur("1").times(Decimal("1e39"), rounding=ROUND_DOWN)


# --- sums -------------------------------------------------------------


def test_a_sum_of_amounts() -> None:
    """Amounts add up in the named currency, or in that of the first."""
    assert Money.sum([eur("1"), eur("2.50")]) == eur("3.50")
    assert Money.sum((eur("1"), eur("2.50")), "EUR") == eur("3.50")
    assert Money.sum(iter([]), "EUR") == Money.zero("EUR")


def test_a_sum_is_in_range_at_its_end_alone() -> None:
    """The order of amounts does not decide whether they can be added."""
    most = Money.of_minor(MAX_MINOR, "EUR")
    assert Money.sum([most, most, -most, -most]) == Money.zero("EUR")
    with pytest.raises(AmountOutOfRangeError):
        Money.sum([most, eur("0.01")])


def test_the_sum_of_nothing_needs_a_currency() -> None:
    """No amounts have no currency, so that it has to be named."""
    with pytest.raises(InvalidAmountError, match="no amounts"):
        Money.sum([])


@pytest.mark.parametrize("currency", [None, "EUR"])
def test_a_sum_does_not_mix(currency: str | None) -> None:
    """Another currency or another thing in a sum is refused and shown."""
    with pytest.raises(CurrencyMismatchError, match=r"5\.00 USD .* of EUR"):
        Money.sum([eur("1"), Money("5", "USD")], currency)
    with pytest.raises(InvalidAmountError, match="adds up Money, not 5"):
        untyped(Money.sum, [eur("1"), 5], currency)


def test_the_builtin_sum_is_refused() -> None:
    """The builtin would make a bare 0 of no amounts: it is sent on."""
    with pytest.raises(InvalidAmountError, match=r"use Money\.sum"):
        sum([eur("1"), eur("2")])
    assert sum([eur("1"), eur("2")], Money.zero("EUR")) == eur("3")


# --- dividing ---------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "given_weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (10, [0, 1, 0, 2], [0, 3, 0, 7]),
        (10, [5, 1, 1], [7, 2, 1]),
        (5, [1, 1], [3, 2]),
        (0, [3, 4], [0, 0]),
        (1, [1, 5, 4], [0, 1, 0]),
        (1, [0, 0, 7], [0, 0, 1]),
    ],
)
def test_largest_remainders_win(
    total: int, given_weights: list[int], parts: list[int]
) -> None:
    """Left-over units go to the largest remainders, the earlier first."""
    assert allocate_minor(total, given_weights) == parts
    money = Money.of_minor(total, "EUR")
    allocated = money.allocate(given_weights)
    assert allocated == tuple(Money.of_minor(each, "EUR") for each in parts)


@given(totals, weights)
def test_parts_add_up(total: int, given_weights: list[int]) -> None:
    """Parts add up, are within a unit of exact, and mirror with the sign."""
    parts = allocate_minor(total, given_weights)
    whole = sum(given_weights)
    assert sum(parts) == total
    for part, weight in zip(parts, given_weights, strict=True):
        assert abs(part - Fraction(total * weight, whole)) < 1
        assert part == 0 or weight > 0
    assert allocate_minor(-total, given_weights) == [-part for part in parts]


@given(amounts, weights)
def test_allocated_money_adds_up(
    money: Money, given_weights: list[int]
) -> None:
    """Allocated amounts sum up to the whole, in its currency."""
    parts = money.allocate(given_weights)
    assert Money.sum(parts) == money
    assert (-money).allocate(given_weights) == tuple(-part for part in parts)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "of 0 weights none is above 0"),
        ([0, 0], "of 2 weights none is above 0"),
        ([2, -1], "-1 is not a weight"),
        ([1, 0.5], "0.5 is not a weight"),
        ([True, 1], "True is not a weight"),
    ],
)
def test_weights_are_checked(wrong: Any, message: str) -> None:
    """Weights are ints of 0 or more, and one at least is above 0."""
    with pytest.raises(InvalidAmountError, match=message):
        eur("1").allocate(wrong)


@given(amounts, st.integers(1, 50))
def test_splitting_is_into_shares(money: Money, n: int) -> None:
    """Equal parts are the shares of the units, greater ones first."""
    parts = money.split(n)
    assert [part.minor for part in parts] == [
        share(money.minor, n, k) for k in range(n)
    ]
    assert parts == money.allocate([1] * n)
    assert abs(parts[0]) - abs(parts[-1]) <= Money.of_minor(1, money.currency)


@pytest.mark.parametrize("n", [0, -1, True, 1.0, "2"])
def test_splitting_is_into_one_part_at_least(n: Any) -> None:
    """A number of parts is an int of 1 or more."""
    with pytest.raises(InvalidAmountError, match="cannot split into"):
        eur("1").split(n)


@given(totals, st.data())
def test_the_order_of_refunds_does_not_matter(
    total: int, data: st.DataObject
) -> None:
    """However n units are cut into runs, the runs add up to the total."""
    n = data.draw(st.integers(1, 10**6))
    cuts = data.draw(st.lists(st.integers(0, n), max_size=8))
    runs = list(pairwise([0, *sorted(cuts), n]))
    refunds = {run: shares_between(total, n, *run) for run in runs}
    for run in data.draw(st.permutations(runs)):
        assert shares_between(total, n, *run) == refunds[run]
    assert sum(shares_between(total, n, *run) for run in runs) == total


@given(totals, st.integers(1, 60), st.data())
@example(total=-100, n=3, data=None)
def test_runs_are_sums_of_shares(
    total: int, n: int, data: st.DataObject | None
) -> None:
    """The shares of a run are what its units have one by one."""
    start = data.draw(st.integers(0, n)) if data else 1
    stop = data.draw(st.integers(start, n)) if data else 3
    shares = [share(total, n, k) for k in range(n)]
    assert shares == allocate_minor(total, [1] * n)
    assert shares == [-share(-total, n, k) for k in range(n)]
    run = shares_between(total, n, start, stop)
    assert run == sum(shares[start:stop])
    assert run == -shares_between(-total, n, start, stop)


@given(totals, st.integers(1, 10**6), st.data())
def test_a_prefix_has_its_part_of_the_whole(
    total: int, n: int, data: st.DataObject
) -> None:
    """Rounded towards 0, wherever it ends; what is left has the rest."""
    k = data.draw(st.integers(0, n))
    part = prefix_between(total, n, 0, k)
    assert abs(part) == abs(total) * k // n
    assert part == -prefix_between(-total, n, 0, k)
    assert total == part + prefix_between(total, n, k, n)


@pytest.mark.parametrize("between", [shares_between, prefix_between])
@pytest.mark.parametrize(
    ("n", "start", "stop"),
    [(0, 0, 0), (3, 2, 1), (3, -1, 1), (3, 0, 4), (-1, 0, 0)],
)
def test_runs_lie_among_the_units(
    between: Any, n: int, start: int, stop: int
) -> None:
    """A run of units that are not there is refused."""
    with pytest.raises(InvalidAmountError, match="counted from 0"):
        between(100, n, start, stop)


@pytest.mark.parametrize(("n", "k"), [(3, 3), (3, -1), (0, 0), (-2, -1)])
def test_a_share_is_that_of_a_unit(n: int, k: int) -> None:
    """A unit that is not there has no share."""
    with pytest.raises(InvalidAmountError, match="counted from 0"):
        share(100, n, k)


# --- errors -----------------------------------------------------------


@pytest.mark.parametrize(
    "amount",
    [
        pytest.param(10**5000, id="5001 digits"),
        pytest.param(-(10**5000), id="minus 5001 digits"),
        pytest.param(Decimal("1." + "1" * 10**5), id="a long fraction"),
    ],
)
def test_errors_stay_short(amount: Any) -> None:
    """What was given is shortened in the message, however long it is."""
    with pytest.raises(InputError) as caught:
        untyped(Money, amount, "EUR")
    assert len(str(caught.value)) < 250
    assert str(pickled(caught.value)) == str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 60, repr("x" * 60)),
        ("x" * 61, repr("x" * 57) + "..."),
        ("1" * 13 + "x", repr("1" * 13 + "x")),
        ("1" * 14, "a text of 14 characters"),
        ("x" * 86 + "1" * 14, repr("x" * 57) + "..."),
        ("x" * 85 + "1" * 14, "a text of 99 characters"),
    ],
)
def test_errors_show_a_short_text_as_it_is(text: str, shown: str) -> None:
    """A long one is cut; one of so many digits may be a card's number."""
    with pytest.raises(UnknownCurrencyError) as caught:
        Currency(text)
    assert str(caught.value).startswith(f"{shown} is not an active ISO 4217")
    assert str(caught.value).endswith("as in 'EUR'")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (1.5, "1.5"),
        (Decimal("1" * 59), repr(Decimal("1" * 59))),
        (Decimal("1" * 60), "Decimal('" + "1" * 58 + "..."),
        (object(), "an object of the type object"),
    ],
)
def test_errors_show_a_short_number_as_it_is(given: Any, shown: str) -> None:
    """A long one is cut, and of anything else only the type is told."""
    with pytest.raises(InvalidAmountError) as caught:
        untyped(eur("1.00").times, given, rounding=ROUND_UP)
    assert str(caught.value).startswith(f"{shown} is ")


@pytest.mark.parametrize(
    ("given", "shown"),
    [(2**200 - 1, str(2**200 - 1)), (2**200, "an int of 201 bits")],
)
def test_errors_show_an_int_of_200_bits_as_it_is(
    given: int, shown: str
) -> None:
    """Of a longer one, how long it is."""
    with pytest.raises(InvalidAmountError) as caught:
        untyped(Money, given, "EUR")
    assert str(caught.value).startswith(f"{shown} is an int")


def test_what_is_out_of_range_is_named_with_its_unit() -> None:
    """So that nobody takes cents for euro."""
    makers: dict[str, Callable[[], object]] = {
        f"{MAX_MINOR + 1} is out of range as minor units of EUR": (
            lambda: Money.of_minor(MAX_MINOR + 1, "EUR")
        ),
        "a text of 17 characters is out of range as an amount of EUR": (
            lambda: eur("90071992547409.92")
        ),
        f"{Decimal(10**14)!r} is out of range as an amount of EUR": (
            lambda: Money(Decimal(10**14), "EUR")
        ),
    }
    for start, make in makers.items():
        with pytest.raises(AmountOutOfRangeError) as caught:
            make()
        assert str(caught.value).startswith(start)


def test_units_that_are_not_there_are_named() -> None:
    """With how many there are."""
    with pytest.raises(InvalidAmountError) as caught:
        share(100, 3, 4)
    assert str(caught.value).startswith("units[4:5] are not among 3 units")
    with pytest.raises(InvalidAmountError) as caught:
        shares_between(100, 3, 2, 4)
    assert str(caught.value).startswith("units[2:4] are not among 3 units")


def test_importing_money_stays_light() -> None:
    """What only an error message needs is not imported before there is one."""
    code = (
        "import sys, orderlife._values.money; "
        "print({'difflib', 'fractions'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
