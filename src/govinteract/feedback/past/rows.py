"""One row of another system's file, read into a report with its history: pure, and strict.

Every cell that the mapping names is checked as if a citizen had typed it. What can't be
read refuses the row and names the column; nothing is guessed and nothing left out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from govinteract.errors import InputError
from govinteract.feedback.contact import check_contact
from govinteract.feedback.intake import ADDRESS_LIMIT, TEXT_LIMIT, Checked
from govinteract.feedback.model import Contact, Report
from govinteract.feedback.past.mapping import ANY, places, word
from govinteract.feedback.past.model import PastMove, PastReport, Unreadable
from govinteract.kernel import Point, clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeVar

    from govinteract.feedback.catalogue import Service
    from govinteract.feedback.past.mapping import ImportMapping
    from govinteract.feedback.past.wall_clock import Reading

    T = TypeVar("T")

__all__ = ["RowReader"]

_ID_LIMIT = 200
_UNIT_LIMIT = 64
_TARGET_LIMIT = 120
_EARLIEST = datetime(1971, 1, 2, tzinfo=UTC)
_AHEAD = timedelta(days=1)
"""Other systems' clocks may be a little fast, and their zone may be told wrong."""
_PLACE = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,2})?")


class RowReader:
    """Reads the rows of a file with this `header` by `mapping`.

    `region` is whose phone numbers may lack a country, `now` until when anything can have
    happened. `twice` and `never` count the local times that fell into an hour that the
    clock shows twice, or never.
    """

    def __init__(
        self, mapping: ImportMapping, header: Sequence[str], *, region: str, now: datetime
    ) -> None:
        self._mapping = mapping
        self._index = {name: header.index(name) for name in mapping.needed}
        self._region = region
        self._latest = now + _AHEAD
        self.twice = self.never = 0

    def read(self, cells: Sequence[str]) -> PastReport:
        """Return the report that `cells` hold; raises `Unreadable`."""
        row = _Cells(cells, self._index, self._mapping)
        external_id = row.clean("id", _ID_LIMIT)
        service = row.word("service", self._mapping.services)
        at = self._instant(row, "created", row.needed("created"))
        return PastReport(
            external_id=external_id, checked=self._checked(row, service), at=at.at,
            unit=self._unit(row) or service.unit, move=self._move(row, at.at),
        )  # fmt: skip

    def _checked(self, row: _Cells, service: Service) -> Checked:
        text = row.clean("text", TEXT_LIMIT, multiline=True)
        address = row.clean("address", ADDRESS_LIMIT) if row.cell("address") else None
        return Checked(
            report=Report(service=service.code, text=text, at=_point(row)),
            service=service, text=text, address=address, contact=self._contact(row),
            answers={}, photos=(), lang=self._mapping.lang,
        )  # fmt: skip

    def _unit(self, row: _Cells) -> str | None:
        if not row.cell("unit"):
            return None
        if self._mapping.units:
            return row.word("unit", self._mapping.units)
        return row.clean("unit", _UNIT_LIMIT)

    def _contact(self, row: _Cells) -> Contact | None:
        parts: dict[str, str | None] = {}
        for part in ("name", "phone", "email"):
            said = row.cell(part)
            if not said:
                continue
            try:
                checked = check_contact(Contact(**{part: said}), region=self._region)
            except InputError as error:
                raise row.unreadable(part, error) from None
            parts[part] = getattr(checked, part)
        return Contact(**parts) if parts else None

    def _move(self, row: _Cells, created: datetime) -> PastMove | None:
        state = row.word("status", self._mapping.states)
        verb = self._mapping.verbs[state]
        if verb is None:
            return None
        column = "closed" if row.cell("closed") else "updated"
        if not row.cell(column):
            raise Unreadable(row.column("closed"), "feedback.import_no_time")
        reading = self._instant(row, column, row.needed(column))
        at = reading.again if reading.again and reading.at < created else reading.at
        if at < created:
            raise Unreadable(row.column(column), "feedback.import_before_created")
        return PastMove(
            verb=verb, at=at,
            target=row.clean("target", _TARGET_LIMIT) if row.cell("target") else None,
            text=row.clean("answer", TEXT_LIMIT, multiline=True) if row.cell("answer") else None,
        )  # fmt: skip

    def _instant(self, row: _Cells, name: str, text: str) -> Reading:
        reading = self._mapping.clock.read(text)
        if reading is None:
            raise Unreadable(row.column(name), "feedback.import_time")
        if not _EARLIEST <= reading.at <= self._latest:
            raise Unreadable(row.column(name), "feedback.import_time_range")
        self.twice += reading.odd == "twice"
        self.never += reading.odd == "never"
        return reading


class _Cells:
    """The cells of one row, asked for by what they are here."""

    def __init__(
        self, cells: Sequence[str], index: Mapping[str, int], mapping: ImportMapping
    ) -> None:
        self._cells = cells
        self._index = index
        self._mapping = mapping
        self._said: dict[str, str] = {}

    def column(self, name: str) -> str:
        """Return what the file calls it, for the refusal."""
        return ", ".join(places(self._mapping.columns.get(name, name)))

    def cell(self, name: str) -> str:
        """Return what the row says there, "" for nothing."""
        said = self._said.get(name)
        if said is None:
            template = self._mapping.columns.get(name)
            said = self._said[name] = "" if template is None else self._fill(template)
        return said

    def needed(self, name: str) -> str:
        """Return what the row says there, which must be something."""
        said = self.cell(name)
        if not said:
            raise Unreadable(self.column(name), "feedback.import_empty")
        return said

    def clean(self, name: str, limit: int, *, multiline: bool = False) -> str:
        """Return what the row says there, cleaned as anything that people write."""
        try:
            return clean(self.needed(name), field=name, limit=limit, multiline=multiline)
        except InputError as error:
            raise self.unreadable(name, error) from None

    def word(self, name: str, words: Mapping[str, T]) -> T:
        """Return what the word that the row says there stands for."""
        said = word(self.needed(name))
        if said in words:
            return words[said]
        if ANY in words:
            return words[ANY]
        raise Unreadable(self.column(name), "feedback.import_word")

    def unreadable(self, name: str, error: InputError) -> Unreadable:
        """Make the refusal of `name` out of what the check said."""
        return Unreadable(self.column(name), error.code, **error.params)

    def _fill(self, template: str) -> str:
        if template in self._index:
            return self._one(template)
        found = [self._one(name) for name in places(template)]
        if not any(found):
            return ""
        values = iter(found)
        return _PLACE.sub(lambda _: next(values), template).strip()

    def _one(self, column: str) -> str:
        said = self._cells[self._index[column]].strip()
        return "" if word(said) in self._mapping.empty else said


def _point(row: _Cells) -> Point | None:
    if not row.cell("lat") and not row.cell("lon"):
        return None
    lat, lon = _degrees(row, "lat"), _degrees(row, "lon")
    try:
        return Point(lat, lon)
    except InputError as error:
        raise row.unreadable("lat" if abs(lat) > 90 else "lon", error) from None  # noqa: PLR2004 - degrees


def _degrees(row: _Cells, name: str) -> float:
    """Read degrees; a comma may stand for the point."""
    said = row.needed(name)
    if not _NUMBER.fullmatch(said):
        raise Unreadable(row.column(name), "feedback.import_number")
    return float(said.replace(",", "."))
