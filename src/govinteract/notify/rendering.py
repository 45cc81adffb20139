"""The messages that citizens get: plain text files with a few named places.

A template is `templates/<lang>/<name>.txt` with three parts between lines of `---`: the
subject, the short text (its lines are joined; accents go if it then fits a text message),
and the text. A line that names something the message does not have is left out. A
locality replaces any file by one of the same name in a folder of its own.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from govinteract.errors import InputError, SettingsError
from govinteract.locale import LANGUAGES
from govinteract.notify.sms import plain
from govinteract.storage.schema import read_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from govinteract.kernel.codes import CaseCode, PublicId

__all__ = ["TEMPLATES", "Letterhead", "Rendered", "Templates"]

TEMPLATES: Final = (
    "received", "asked", "replied", "resolved", "declined", "forwarded", "reopened", "returned",
)  # fmt: skip
"""What citizens are told of; each in every language."""

_OPEN: Final = frozenset({"locality", "public_id", "due"})
_SECRET: Final = frozenset({"code", "link"})
_PLACE = re.compile(r"\{([^{}]*)\}")
_GAP = re.compile(r"\n{3,}")
_SHIPPED = Path(__file__).parent / "templates"
_PARTS = 3
_LONGEST = 10_000
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@frozen(kw_only=True)
class Letterhead:
    """Who writes: the locality's name per language, its address on the web, its time zone."""

    names: Mapping[str, str]
    public_url: str
    zone: tzinfo


@frozen
class Rendered:
    """A message in words: for e-mail `subject` and `text`, for a text message `short`."""

    lang: str
    subject: str
    short: str = field(repr=False)
    text: str = field(repr=False)


class Templates:
    """All templates of a locality, read and checked when it opens.

    Raises `SettingsError("notify.template_invalid")`, which names the file, when one has
    not three parts, names an unknown place, puts the secret code into the subject, or has
    a name that no template has.
    """

    def __init__(self, letterhead: Letterhead, overrides: Path | None = None) -> None:
        self._head = letterhead
        if overrides is not None:
            _refuse_strangers(overrides)
        self._parts = {
            (lang, name): _load(f"{lang}/{name}.txt", overrides)
            for lang, name in product(LANGUAGES, TEMPLATES)
        }

    def render(
        self, name: str, lang: str, *, code: CaseCode, public_id: PublicId,
        params: Mapping[str, Any],
    ) -> Rendered:  # fmt: skip
        """Write the message `name` in `lang` (or the first language if there is no such).

        `params` holds `due`, the promised time as storage writes it or None, and nothing
        else: free text has no way in. Raises `InputError("notify.params_invalid")` and
        `InputError("notify.template_unknown")`.
        """
        lang = lang if lang in LANGUAGES else LANGUAGES[0]
        parts = self._parts.get((lang, name))
        if parts is None:
            raise InputError("notify.template_unknown", hint=f"one of {', '.join(TEMPLATES)}")
        head = self._head
        values = {
            "locality": head.names.get(lang) or next(iter(head.names.values())),
            "public_id": public_id.shown,
            "code": code.shown,
            "link": f"{head.public_url.rstrip('/')}/case/{code.text}?lang={lang}",
            **_dates(params, lang, head.zone),
        }
        subject, short, text = (_filled(part, values) for part in parts)
        return Rendered(lang, subject, plain(" ".join(short.split())), text + "\n")


def _dates(params: Mapping[str, Any], lang: str, zone: tzinfo) -> dict[str, str]:
    due = params.get("due")
    try:
        known = set(params) <= {"due"}
        dates = {"due": _date(read_instant(due).astimezone(zone), lang)} if due else {}
    except (TypeError, ValueError):
        known = False
        dates = {}
    if not known:
        raise InputError("notify.params_invalid", hint="only due, as write_instant writes it")
    return dates


def _date(at: datetime, lang: str) -> str:
    if lang == "en":
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"
    return f"{at:%d/%m/%Y}"


def _filled(part: str, values: Mapping[str, str]) -> str:
    lines = (line for line in part.split("\n") if values.keys() >= set(_PLACE.findall(line)))
    text = _PLACE.sub(lambda place: values[place[1]], "\n".join(lines))
    return _GAP.sub("\n\n", text).strip()


def _load(file: str, overrides: Path | None) -> tuple[str, str, str]:
    own = overrides / file if overrides is not None else None
    path = own if own is not None and own.is_file() else _SHIPPED / file
    try:
        raw = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise _invalid(file, "it can't be read as UTF-8") from error
    parts = [part.strip("\n") for part in re.split(r"(?m)^---$\n?", raw)]
    if len(parts) != _PARTS or not all(parts) or len(raw) > _LONGEST or "\n" in parts[0]:
        raise _invalid(file, "one line of subject, ---, the short text, ---, the text")
    subject, short, text = parts
    _check_places(file, subject, _OPEN)
    _check_places(file, short + text, _OPEN | _SECRET)
    return subject, short, text


def _check_places(file: str, part: str, known: frozenset[str]) -> None:
    strange = set(_PLACE.findall(part)) - known
    if strange or set("{}") & set(_PLACE.sub("", part)):
        raise _invalid(file, f"places here are {', '.join(sorted(known))}, in braces")


def _refuse_strangers(overrides: Path) -> None:
    known = {f"{lang}/{name}.txt" for lang, name in product(LANGUAGES, TEMPLATES)}
    for path in sorted(overrides.rglob("*.txt")):
        file = path.relative_to(overrides).as_posix()
        if file not in known:
            raise _invalid(file, f"no template has this name; the first is {min(known)}")


def _invalid(file: str, hint: str) -> SettingsError:
    return SettingsError("notify.template_invalid", hint=f"{file}: {hint}", file=file)
