"""How another system's columns and words are said here: a mapping, as data, in TOML.

    source = "myla311"                  # names the system; with a row's id it names the case
    zone = "America/Los_Angeles"        # of times that are written without one
    dates = ["%m/%d/%y %H:%M"]          # of strptime, or "iso"
    lang = "en"                         # in which the reports are written
    encoding = "utf-8"                  # the default
    delimiter = ","                     # found by the header when left out
    empty = ["", "N/A"]                 # cells that say nothing; "" is the default

    [columns]                           # id, service, status, created and text are needed
    id = "srnumber"
    text = "{requesttype}, {comments}"  # one column, or a sentence with columns in braces

    [services]                          # the file's words -> codes of services
    "Bulky Items" = "bulky-items"
    "*" = "other"                       # any other word

    [states]                            # the file's words -> states of the workflow
    Closed = "resolved"

    [units]                             # the file's words -> units; left out: as they are
    [[service]]                         # services that the catalogue doesn't have, in its form

A table of words left out takes the file's words as they are. Case and spaces at the ends
make no difference.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import frozen

from govinteract.errors import SettingsError
from govinteract.feedback.catalogue import Catalogue
from govinteract.feedback.past.wall_clock import WallClock
from govinteract.locale import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from govinteract.feedback.catalogue import Service
    from govinteract.feedback.workflow import Workflow

__all__ = ["ANY", "COLUMNS", "NEEDED", "VERBS", "ImportMapping", "places", "word"]

ANY = "*"
"""Stands in a table of words for every word that the table does not have."""
NEEDED = ("id", "service", "status", "created", "text")
COLUMNS = (
    *NEEDED, "closed", "updated", "address", "lat", "lon", "unit", "target", "answer", "name",
    "phone", "email",
)  # fmt: skip
VERBS = ("start", "reply", "resolve", "decline", "forward", "withdraw")
"""The verbs by which an import may say what became of a report."""
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PLACE = re.compile(r"\{([^{}]+)\}")
_MUST = ("source", "zone", "dates", "columns")
_KINDS: dict[str, type] = {
    "source": str, "zone": str, "dates": list, "lang": str, "encoding": str, "delimiter": str,
    "empty": list, "columns": dict, "services": dict, "states": dict, "units": dict,
    "service": list,
}  # fmt: skip


def word(text: str) -> str:
    """Return the key under which a table of words has `text`."""
    return " ".join(text.split()).casefold()


def places(template: str) -> list[str]:
    """Return the columns that `template` names: those in braces, else it is one itself."""
    return _PLACE.findall(template) or [template]


@frozen(kw_only=True)
class ImportMapping:
    """One system's mapping, checked against this locality's catalogue and workflow.

    `verbs` says by which verb a report gets from "received" to a state, None for
    "received" itself.
    """

    source: str
    clock: WallClock
    lang: str
    encoding: str
    delimiter: str | None
    empty: frozenset[str]
    columns: Mapping[str, str]
    services: Mapping[str, Service]
    states: Mapping[str, str]
    units: Mapping[str, str]
    verbs: Mapping[str, str | None]

    @property
    def needed(self) -> frozenset[str]:
        """Every column of the file that the mapping names."""
        return frozenset(name for said in self.columns.values() for name in places(said))

    @classmethod
    def from_toml(cls, text: str, catalogue: Catalogue, workflow: Workflow) -> ImportMapping:
        """Read and check a mapping.

        Raises `SettingsError("feedback.mapping_invalid")` whose hint lists every problem,
        and `("feedback.catalogue_invalid")` for its own services.
        """
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError("feedback.mapping_invalid", hint=str(error)) from error
        _stop_at([*_form(raw)])
        known = {**catalogue.services, **Catalogue.from_toml(text).services}
        verbs = _verbs(workflow)
        _stop_at([*_details(raw), *_meaning(raw, known, verbs)])
        return cls(
            source=raw["source"], clock=WallClock(ZoneInfo(raw["zone"]), raw["dates"]),
            lang=raw.get("lang", LANGUAGES[0]), encoding=raw.get("encoding", "utf-8").lower(),
            delimiter=raw.get("delimiter"),
            empty=frozenset(word(said) for said in raw.get("empty", [""])),
            columns=raw["columns"],
            services={key: known[code] for key, code in _words(raw, "services", known)},
            states=dict(_words(raw, "states", verbs)), units=dict(_words(raw, "units", {})),
            verbs=verbs,
        )  # fmt: skip


def _words(
    raw: Mapping[str, Any], table: str, known: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield the table's words; without a table what is known stands for itself."""
    if table not in raw:
        yield from ((word(code), code) for code in known)
    for said, code in raw.get(table, {}).items():
        yield word(said), code


def _verbs(workflow: Workflow) -> dict[str, str | None]:
    """Return by which verb an import gets from "received" to each state that it can reach."""
    reached: dict[str, str | None] = {"received": None}
    for verb in VERBS:
        move = workflow.moves.get(("received", verb))
        if move and "import" in move.by:
            reached.setdefault(move.to, verb)
    return reached


def _stop_at(problems: list[str]) -> None:
    if problems:
        raise SettingsError("feedback.mapping_invalid", hint="; ".join(problems))


def _form(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the mapping's form: keys, and kinds of values."""
    yield from (f"unknown key {key!r}" for key in sorted(raw.keys() - _KINDS.keys()))
    yield from (f"{key} is missing" for key in _MUST if not raw.get(key))
    for key, kind in _KINDS.items():
        if not isinstance(raw.get(key, kind()), kind):
            yield f"{key} is not a {kind.__name__}"
        elif kind is dict:
            yield from (
                f"{key}: {said!r} is not a text"
                for said in raw.get(key, {})
                if not _is_text(raw[key][said])
            )
        elif key in {"dates", "empty"} and not all(
            isinstance(said, str) for said in raw.get(key, [])
        ):
            yield f"{key} holds texts"


def _details(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the single values."""
    if not _SOURCE.fullmatch(raw["source"]):
        yield "source is 1 to 40 of a-z, 0-9 and '-'"
    if len(raw.get("delimiter", ",")) != 1:
        yield "delimiter is one character"
    if raw.get("lang", LANGUAGES[0]) not in LANGUAGES:
        yield f"lang is one of {', '.join(LANGUAGES)}"
    try:
        ZoneInfo(raw["zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"zone: {raw['zone']!r} is not in the IANA database"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _meaning(
    raw: Mapping[str, Any], services: Mapping[str, Service], verbs: Mapping[str, str | None]
) -> Iterator[str]:
    """Yield what the mapping names that is not there."""
    columns = raw["columns"]
    yield from (f"columns: {name} is missing" for name in NEEDED if name not in columns)
    yield from (f"columns: unknown {name!r}" for name in columns if name not in COLUMNS)
    if ("lat" in columns) != ("lon" in columns):
        yield "columns: lat and lon come together"
    for said, code in raw.get("services", {}).items():
        if code not in services:
            yield f"services: {said!r}: no service {code!r} in the catalogue or here"
    for said, state in raw.get("states", {}).items():
        if state not in verbs:
            yield f"states: {said!r}: an import leads to {', '.join(sorted(verbs))}, not {state!r}"
    for table in ("services", "states", "units"):
        said = [word(one) for one in raw.get(table, {})]
        yield from (
            f"{table}: {one!r} stands twice"
            for one in sorted({w for w in said if said.count(w) > 1})
        )
