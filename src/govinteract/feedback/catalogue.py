"""What people can report or ask: a catalogue of services as data, in TOML.

A service has a stable code (never shown as its name, never renamed), names per language,
a promise in working time, the questions to ask, and a contact with the date on which
somebody last checked it. A service whose contact was never verified can't be published.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from govinteract.errors import InputError, SettingsError
from govinteract.feedback.questions import Question
from govinteract.kernel import Promise, parse_promise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Catalogue", "Fee", "Service"]

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")
_SERVICE_KEYS = {
    "code", "name", "description", "group", "keywords", "promise", "unit", "steps", "documents",
    "fee", "phone", "hours", "verified", "published", "public", "question", "emergency",
}  # fmt: skip


@frozen
class Fee:
    """What a service costs: `minor` units of `currency` and words that explain it."""

    minor: int
    currency: str
    note: Mapping[str, str]


@frozen(kw_only=True)
class Service:
    """One thing that people can report or ask for.

    `promise` is the working time until an answer; `public` says whether reports may be
    seen by others once moderated; `published` whether citizens are offered it at all;
    `emergency` holds words that send people to the phone instead of the form.
    """

    code: str
    name: Mapping[str, str]
    description: Mapping[str, str] = field(factory=dict)
    group: Mapping[str, str] = field(factory=dict)
    keywords: tuple[str, ...] = ()
    promise: Promise | None = None
    unit: str = ""
    steps: tuple[Mapping[str, str], ...] = ()
    documents: tuple[Mapping[str, str], ...] = ()
    fee: Fee | None = None
    phone: str = ""
    hours: Mapping[str, str] = field(factory=dict)
    verified: date | None = None
    published: bool = True
    public: bool = True
    emergency: Mapping[str, str] = field(factory=dict)
    questions: tuple[Question, ...] = ()

    def title(self, lang: str) -> str:
        """Return the name in `lang`, else in whatever language there is."""
        return self.name.get(lang) or next(iter(self.name.values()))


@frozen
class Catalogue:
    """All services of a locality by code, in the order of the file.

    `retention` holds the rows of `[[retention]]` as they stand there: how long data of people
    are kept (`govinteract.subjects.Policies` reads them).
    """

    services: Mapping[str, Service]
    retention: tuple[Mapping[str, Any], ...] = ()

    def __iter__(self) -> Iterator[Service]:
        """Yield the services that are published, in order."""
        return (service for service in self.services.values() if service.published)

    def service(self, code: str) -> Service:
        """Return the published service `code`, or `InputError("feedback.service_unknown")`."""
        service = self.services.get(code)
        if service is None or not service.published:
            raise InputError("feedback.service_unknown", hint="see Catalogue.services")
        return service

    @classmethod
    def from_toml(cls, text: str) -> Catalogue:
        """Read `[[service]]` tables; refuse what a citizen would stumble over.

        Raises `SettingsError("feedback.catalogue_invalid")` whose hint lists every problem:
        a code twice or not of lower-case letters, digits, dots and hyphens, an unknown key,
        a missing name, or a published service whose contact nobody has verified.
        """
        try:
            raw = tomllib.loads(text)
            rows, kept = raw.get("service", []), tuple(raw.get("retention", []))
            problems = [problem for row in rows for problem in _problems(row)]
            codes = [row["code"] for row in rows]
            problems += [
                f"{code}: stands twice" for code in sorted({c for c in codes if codes.count(c) > 1})
            ]
            problems += [
                f"retention of {row['service']}: no such service"
                for row in kept
                if row.get("service", "*") not in {"*", *codes}
            ]
            if problems:
                raise SettingsError("feedback.catalogue_invalid", hint="; ".join(problems))
            return cls({row["code"]: _service(row) for row in rows}, kept)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, InputError) as error:
            raise SettingsError("feedback.catalogue_invalid", hint=repr(error)) from error


def _problems(row: Mapping[str, Any]) -> list[str]:
    code = str(row.get("code", "?"))
    found = [f"{code}: unknown key {key!r}" for key in sorted(row.keys() - _SERVICE_KEYS)]
    if not _CODE.fullmatch(code):
        found.append(f"{code}: a code is of a-z, 0-9, '.' and '-', 64 at most")
    if not row.get("name"):
        found.append(f"{code}: has no name")
    if row.get("published", True) and not (
        row.get("phone") and isinstance(row.get("verified"), date)
    ):
        found.append(f"{code}: can't be published without a phone and the date it was verified on")
    return found


def _service(row: Mapping[str, Any]) -> Service:
    rest = {key: value for key, value in row.items() if key not in {"question", "fee", "promise"}}
    fee = row.get("fee")
    plain: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in rest.items()
    }
    return Service(
        **plain,
        promise=parse_promise(row["promise"]) if "promise" in row else None,
        fee=Fee(fee["minor"], fee["currency"], fee.get("note", {})) if fee else None,
        questions=tuple(Question.from_row(q, n) for n, q in enumerate(row.get("question", []), 1)),
    )
