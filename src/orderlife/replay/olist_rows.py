"""The rows of the data set's files: every cell is read, or refused.

What cannot be read is refused with its file and the line on which its
record starts.

Times.  The files give a wall clock without a zone.  It is that of São
Paulo: no review was created at midnight of 15 October 2017, some were at
01:00, and that night the hour between did not exist there.  So times are
read as UTC-3, and as UTC-2 in the summers of the data's years, which
stand in a table here, because a machine need not have a zone database.
As with a ``fold`` of 0, an hour that was told twice is the first, and
one that was skipped is an hour later.  All times come out in UTC.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from sys import intern
from typing import BinaryIO, Final, TypeVar

import attrs

from orderlife import MAX_ID, Money
from orderlife.errors import InputError, MoneyError

__all__ = ["OlistError", "Row", "Table", "rows"]

_T = TypeVar("_T")

_SUMMERS: Final = (
    ("2016-10-16 01", "2017-02-19"),
    ("2017-10-15 01", "2018-02-18"),
    ("2018-11-04 01", "2019-02-17"),
)
"""From when and until when São Paulo had UTC-2, by its own clock."""

_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d ([01]\d|2[0-3]):\d\d:\d\d\Z", re.ASCII
)
_WHOLE: Final = re.compile(r"\d{1,9}\Z", re.ASCII)
_ID: Final = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{MAX_ID - 1}}}\Z")


class OlistError(InputError):
    """A file that is missing, or a line that cannot be read."""

    def __init__(self, file: str, line: int, message: str) -> None:
        self.file = file
        """Path of the file, or of the folder if files are missing."""
        self.line = line
        """Line on which the record starts, from 1; 0: none, but all."""
        self.message = message
        super().__init__(file, line, message)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}"


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@attrs.frozen
class Table:
    """A file, and those of its columns that are read; the first is a key."""

    file: str
    columns: tuple[str, ...] = attrs.field(converter=_names)


@attrs.frozen
class Row:
    """A record of a file, and where it stands: reads the cells of a column.

    A cell that is not what a method reads raises an ``OlistError``, which
    names file, line and column.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    def error(self, column: str, expected: str) -> OlistError:
        """Say what a cell is, and what was expected there."""
        shown = _shown(self.cells[column])
        return OlistError(
            self.file, self.line, f"{column} is {shown}: expected {expected}"
        )

    def text(self, column: str) -> str:
        """Any text, the empty one too."""
        # Most of it comes again and again: cities, states, categories.
        return intern(self.cells[column])

    def id(self, column: str) -> str:
        """An id of the data set that can be one of ours: ``[a-z0-9_-]``."""
        text = self.cells[column]
        if _ID.match(text):
            return text
        raise self.error(
            column,
            f"an id of 1 to {MAX_ID} of a-z, 0-9, _ and -, "
            "the first a letter or a digit",
        )

    def one_of(self, column: str, known: Mapping[str, _T]) -> _T:
        """What a word stands for, out of a closed list."""
        try:
            return known[self.cells[column]]
        except KeyError:
            expected = f"one of {', '.join(known)}"
            raise self.error(column, expected) from None

    def found(self, column: str, known: Mapping[str, _T], table: Table) -> _T:
        """What another table has under this key."""
        try:
            return known[self.cells[column]]
        except KeyError:
            expected = f"one that stands in {table.file}"
            raise self.error(column, expected) from None

    def whole(self, column: str, least: int, most: int = 999_999_999) -> int:
        """A whole number within limits, both included."""
        text = self.cells[column]
        if _WHOLE.match(text) and least <= int(text) <= most:
            return int(text)
        raise self.error(column, f"a whole number of {least} to {most}")

    def size(self, column: str, factor: int) -> int | None:
        """A weight or a length in smaller units; None: not told."""
        if not self.cells[column]:
            return None
        return self.whole(column, 0, 999_999) * factor

    def money(self, column: str) -> Money:
        """An amount of reais, not negative."""
        try:
            amount = Money(self.cells[column], "BRL")
        except MoneyError:
            amount = None
        if amount is None or amount.minor < 0:
            raise self.error(column, "an amount of 0 or more, as in 12.50")
        return amount

    def time(self, column: str) -> datetime:
        """A time, told in São Paulo and given in UTC."""
        text = self.cells[column]
        try:
            return _utc(text)
        except (ValueError, OverflowError):
            expected = "a time, as in 2018-01-31 23:59:59"
            raise self.error(column, expected) from None

    def time_if_any(self, column: str) -> datetime | None:
        """A time; None: the cell is empty."""
        return self.time(column) if self.cells[column] else None


def _utc(text: str) -> datetime:
    # fromisoformat alone would take weeks, fractions and zones as well.
    if not _TIME.match(text):
        raise ValueError(text)
    # Times of this shape sort as text.
    summer = any(start <= text < end for start, end in _SUMMERS)
    zone = "-02:00" if summer else "-03:00"
    return datetime.fromisoformat(text + zone).astimezone(UTC)


def rows(folder: Path, table: Table) -> Iterator[Row]:
    """Give the records of a file, each cell under its column's name.

    Raises:
        OlistError: the file cannot be read, a column is missing, or a
            record has more or fewer cells than the header.
    """
    file = str(folder / table.file)
    records = _records(folder / table.file)
    line, header = next(records, (1, []))
    _check_header(file, line, header, table.columns)
    for line, values in records:
        if len(values) != len(header):
            raise OlistError(
                file,
                line,
                f"there are {len(values)} columns: expected {len(header)} "
                "as in the header",
            )
        yield Row(file, line, dict(zip(header, values, strict=True)))


def _check_header(
    file: str, line: int, header: list[str], columns: Collection[str]
) -> None:
    wrong = [column for column in columns if header.count(column) != 1]
    if wrong:
        raise OlistError(
            file,
            line,
            f"the header has not, or more than once: {', '.join(wrong)}; "
            f"it is {_shown(','.join(header))}: expected each of "
            f"{', '.join(columns)} once",
        )


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Give the records that are not empty, and where each of them starts."""
    try:
        with path.open("rb") as file:
            yield from _parsed(str(path), file)
    except OSError as error:
        raise OlistError(
            str(path), 0, f"cannot be read: {error.strerror}"
        ) from error


def _parsed(name: str, file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    # Strict: else an open quote swallows the rest of the file in silence.
    reader = csv.reader(_decoded(name, file), strict=True)
    start = 1
    try:
        for values in reader:
            if values:
                yield start, values
            start = reader.line_num + 1
    except csv.Error as error:
        raise OlistError(
            name, start, f"{error}: expected CSV, as RFC 4180 has it"
        ) from None


def _decoded(name: str, file: BinaryIO) -> Iterator[str]:
    # By line, so that it is known on which one the bad byte is.
    for number, line in enumerate(file, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise OlistError(
                name,
                number,
                f"byte {error.start + 1} of the line is "
                f"0x{line[error.start]:02x}: expected UTF-8",
            ) from None


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 60 else f"{text[:57]!r}..."
