"""A delimited file (CSV, RFC 4180) read row by row in constant memory, whatever is in it.

What can't be read costs its own row and no other. A quote that is never closed would
swallow everything behind it; here a row that went wrong over several lines gives all but
its first line back, and they are read again as rows of their own.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from typing import TYPE_CHECKING, Self

from attrs import frozen

from govinteract.errors import InputError, SettingsError
from govinteract.feedback.past.model import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import BinaryIO

__all__ = ["DelimitedFile", "Row"]

_ROW_LIMIT = 500_000
"""Characters of a row; a field may have 131,072 (the limit of Python's csv)."""
_DELIMITERS = (",", ";", "\t", "|")
_UNDECODED = {"utf-8": re.compile("[\udc80-\udcff]")}
_REPLACED = re.compile("�")


@frozen
class Row:
    """One row: the line it begins on (the header's is 1) and its cells."""

    line: int
    cells: list[str]


class _RowTooLong(Exception):  # noqa: N818 - never leaves this module
    """A row is longer than `_ROW_LIMIT`, or a line of it is."""


class _Lines:
    """The lines of a text; those that a broken row took can be given back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._back: deque[str | None] = deque()
        self._taken: list[str | None] = []
        self._size = 0
        self.number = 0

    def begin_row(self) -> None:
        self._taken, self._size = [], 0

    def give_back(self) -> None:
        rest = self._taken[1:]
        self._back.extendleft(reversed(rest))
        self.number -= len(rest)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read()
        if line == "":
            raise StopIteration
        self.number += 1
        self._taken.append(line)
        self._size += len(line or "")
        if line is None or self._size > _ROW_LIMIT:
            raise _RowTooLong
        return line

    def _read(self) -> str | None:
        """Return the next line, "" at the end, None for a line that is too long to hold."""
        line = self._text.readline(_ROW_LIMIT)
        if len(line) < _ROW_LIMIT or line.endswith("\n"):
            return line
        while line and not line.endswith("\n"):
            line = self._text.readline(_ROW_LIMIT)
        return None


class DelimitedFile:
    """The rows of an open binary file whose first row names the columns; used in a `with`.

    The file stays its owner's to close.

    `delimiter` is found by the header when it is not given: the one by which all `needed`
    columns are there. Raises `InputError("feedback.import_columns")` when they are not, and
    `SettingsError("feedback.mapping_invalid")` for an encoding that Python doesn't know.
    """

    def __init__(
        self, source: BinaryIO, *, needed: Collection[str], encoding: str = "utf-8",
        delimiter: str | None = None,
    ) -> None:  # fmt: skip
        self._source = source
        self._needed = needed
        self._text = _decoded(source, encoding)
        self._lines = _Lines(self._text)
        self._foreign = _UNDECODED.get(encoding, _REPLACED)
        try:
            self.delimiter, self.header = self._read_header(delimiter)
        except BaseException:
            self._text.detach()  # or it would close the file
            raise

    def __enter__(self) -> Self:
        """Read in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file and leave it open."""
        self._text.detach()

    @property
    def bytes_read(self) -> int:
        """How far into the file the reading is, for a progress bar."""
        return self._source.tell()

    def __iter__(self) -> Iterator[Row | Refusal]:
        """Yield each row, or why it could not be read; empty lines are passed over."""
        reader = csv.reader(self._lines, delimiter=self.delimiter, strict=True)
        while True:
            self._lines.begin_row()
            line = self._lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _RowTooLong):
                self._lines.give_back()
                yield Refusal(line, "", "feedback.import_row_broken")
                continue
            if cells:
                yield self._checked(line, cells)

    def _checked(self, line: int, cells: list[str]) -> Row | Refusal:
        if len(cells) != len(self.header):
            self._lines.give_back()
            counts = {"found": len(cells), "expected": len(self.header)}
            return Refusal(line, "", "feedback.import_cells", counts)
        if not "".join(cells).isascii():
            for column, cell in zip(self.header, cells, strict=True):
                if self._foreign.search(cell):
                    return Refusal(line, column, "feedback.import_bytes")
        return Row(line, cells)

    def _read_header(self, delimiter: str | None) -> tuple[str, list[str]]:
        try:
            line = next(self._lines, "")
        except _RowTooLong:
            line = ""
        missing: list[str] = []
        for one in [delimiter] if delimiter else _DELIMITERS:
            header = _cells(line, one)
            lacks = sorted(set(self._needed) - set(header))
            if not lacks:
                _see_that_each_is_one(header, self._needed)
                return one, header
            if not missing or len(lacks) < len(missing):
                missing = lacks
        hint = f"not in the header: {', '.join(missing)}"
        raise InputError("feedback.import_columns", hint=hint, columns=", ".join(missing))


def _decoded(source: BinaryIO, encoding: str) -> io.TextIOWrapper:
    utf8 = encoding == "utf-8"
    try:
        return io.TextIOWrapper(
            source, "utf-8-sig" if utf8 else encoding, newline="",
            errors="surrogateescape" if utf8 else "replace",
        )  # fmt: skip
    except LookupError as error:
        raise SettingsError("feedback.mapping_invalid", hint=f"encoding: {error}") from error


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _see_that_each_is_one(header: list[str], needed: Collection[str]) -> None:
    twice = sorted(column for column in needed if header.count(column) > 1)
    if twice:
        hint = f"more than once in the header: {', '.join(twice)}"
        raise InputError("feedback.import_columns", hint=hint, columns=", ".join(twice))
