"""Reads TOML strictly: every key is known and has its type, or the place is named."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import frozen

from govinteract.errors import GovInteractError
from govinteract.kernel import Hours

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["Table", "Unreadable", "read_week"]

T = TypeVar("T")

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Unreadable(ValueError):  # noqa: N818 - says what is the matter with the file
    """What is wrong and where, for whoever wrote the file; the caller names the file."""


@frozen
class Table:
    """A table of a TOML file from which each key is taken once; `end` refuses what is left."""

    values: dict[str, Any]
    where: str = ""

    @classmethod
    def of(cls, file: Path | Traversable) -> Self:
        """Read a file. Raises Unreadable when it is not there or is no TOML."""
        try:
            return cls(tomllib.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are values
            raise Unreadable(str(error)) from error

    def text(self, key: str) -> str:
        """Take a text with something in it."""
        value = self._take(key, str)
        if not value.strip():
            raise Unreadable(f"{self._at(key)} is empty")
        return value

    def texts(self, key: str) -> list[str]:
        """Take a list of texts; none when the key is missing."""
        values = self._take(key, list) if key in self.values else []
        if not all(isinstance(value, str) for value in values):
            raise Unreadable(f"{self._at(key)} is not a list of texts")
        return values

    def flag(self, key: str) -> bool:
        """Take true or false."""
        return self._take(key, bool)

    def date(self, key: str) -> date:
        """Take a day, written without quotes: 2026-01-10."""
        value = self._take(key, date)
        if isinstance(value, datetime):
            raise Unreadable(f"{self._at(key)} has a time beside the day")
        return value

    def time(self, key: str) -> time | None:
        """Take an hour of the day, written without quotes: 15:00:00; None when missing."""
        return self._take(key, time) if key in self.values else None

    def hours(self, key: str) -> Hours:
        """Take hours like ["07:30-11:30", "13:30-17:00"]; none when the key is missing."""
        try:
            return Hours.of(*self.texts(key))
        except GovInteractError as error:
            raise Unreadable(f"{self._at(key)}: {error.hint}") from error

    def table(self, key: str) -> Table:
        """Take a table."""
        return Table(self._take(key, dict), self._at(key))

    def tables(self, key: str) -> list[Table]:
        """Take a list of tables, `[[key]]`; none when the key is missing."""
        rows = self._take(key, list) if key in self.values else []
        if not all(isinstance(row, dict) for row in rows):
            raise Unreadable(f"write each entry below a line [[{key}]]")
        return [Table(row, f"[[{key}]] no. {i}") for i, row in enumerate(rows, 1)]

    def end(self) -> None:
        """Refuse keys that nobody took: they are misspelt, and would be passed over."""
        if self.values:
            raise Unreadable(f"unknown: {', '.join(map(self._at, sorted(self.values)))}")

    def _take(self, key: str, kind: type[T]) -> T:
        if key not in self.values:
            raise Unreadable(f"{self._at(key)} is missing")
        value = self.values.pop(key)
        if not isinstance(value, kind):
            raise Unreadable(f"{self._at(key)} is {value!r}, not a TOML {kind.__name__}")
        return value

    def _at(self, key: str) -> str:
        return f"{self.where}: {key}" if self.where else key


def read_week(table: Table) -> tuple[Hours, ...]:
    """Take the hours from `mon` to `sun`; a day that is not there is closed."""
    week = tuple(table.hours(day) for day in _WEEKDAYS)
    if not any(week):
        raise Unreadable(f"{table.where}: no day has hours")
    return week
