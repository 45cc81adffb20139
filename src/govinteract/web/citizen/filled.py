"""What a citizen has filled in so far; it travels in the form itself, never in a session.

Fields keep their names: `service`, `text`, `answer.<question>`, `lat`, `lon`, `address`,
`draft` (token of the photos), `name`, `phone`, `email`, `confidential`, `once` (the form's
own number, by which a second click is known) and `step` (what, where, who).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from attrs import evolve, field, frozen

from govinteract.errors import GovInteractError, InputError
from govinteract.feedback import Contact, Report
from govinteract.feedback.intake import ADDRESS_LIMIT, TEXT_LIMIT
from govinteract.kernel import Email, Phone, Point, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govinteract.feedback import Question, Service
    from govinteract.web.forms import Form
    from govinteract.web.places import Place

__all__ = ["STEPS", "Filled"]

STEPS = ("what", "where", "who")
_ANSWER = "answer."
_PLAIN = (
    "service", "text", "lat", "lon", "address", "draft", "name", "phone", "email",
    "confidential", "once",
)  # fmt: skip
_NAME_LIMIT = 120


@frozen
class Filled:
    """One report in the making; `fields` are as they were typed. Hidden in `repr`."""

    fields: Mapping[str, str] = field(repr=False)
    answers: Mapping[str, tuple[str, ...]] = field(factory=dict, repr=False)

    @classmethod
    def of(cls, form: Form) -> Self:
        """Take what `form` holds of a report."""
        answers = {
            name.removeprefix(_ANSWER): values
            for name, values in form.values.items()
            if name.startswith(_ANSWER)
        }
        return cls({name: form.one(name) for name in _PLAIN if form.one(name)}, answers)

    def get(self, name: str) -> str:
        """Return a field as it was typed, "" when it was not."""
        return self.fields.get(name, "")

    def put(self, **fields: str) -> Self:
        """Return it with some fields changed; an empty value takes one out."""
        together = {**self.fields, **fields}
        return evolve(self, fields={name: value for name, value in together.items() if value})

    def hidden(self, shown: tuple[str, ...]) -> list[tuple[str, str]]:
        """Return what a page carries along because its own fields (`shown`) do not."""
        pairs = [(name, value) for name, value in self.fields.items() if name not in shown]
        if "answers" not in shown:
            pairs += [(_ANSWER + code, v) for code, values in self.answers.items() for v in values]
        return pairs

    @property
    def point(self) -> Point | None:
        """The place on the map. Raises `InputError("kernel.point_invalid")`."""
        lat, lon = self.get("lat"), self.get("lon")
        if not (lat and lon):
            return None
        try:
            return Point(float(lat), float(lon))
        except ValueError as error:
            raise InputError("kernel.point_invalid", hint="lat and lon are numbers") from error

    def report(self, lang: str) -> Report:
        """Return the report as it is submitted."""
        return Report(
            service=self.get("service"), text=self.get("text"), at=self.point,
            address=self.get("address") or None, answers=dict(self.answers), lang=lang,
            confidential=bool(self.get("confidential")),
        )  # fmt: skip

    def contact(self) -> Contact | None:
        """Return how to reach the citizen, None when nothing was given."""
        contact = Contact(*(self.get(name) or None for name in ("name", "phone", "email")))
        return contact or None

    def problems(
        self, step: str, *, service: Service | None, place: Place, region: str
    ) -> dict[str, GovInteractError]:
        """Return what can't be taken of the fields of `step`, by field."""
        match step:
            case "what":
                return self._what(service)
            case "where":
                return self._where(place)
            case _:
                return self._who(region)

    def _what(self, service: Service | None) -> dict[str, GovInteractError]:
        text = partial(clean, field="text", limit=TEXT_LIMIT, multiline=True)
        found = _tried({"text": lambda: text(self.get("text"))})
        for question in service.questions if service else ():
            given = self.answers.get(question.code, ())
            found |= _tried({_ANSWER + question.code: partial(_answer, question, given)})
        return found

    def _where(self, place: Place) -> dict[str, GovInteractError]:
        checks: dict[str, Callable[[], Any]] = {}
        checks["at"] = lambda: self.point and place.check(self.point)
        if address := self.get("address"):
            checks["address"] = lambda: clean(address, field="address", limit=ADDRESS_LIMIT)
        return _tried(checks)

    def _who(self, region: str) -> dict[str, GovInteractError]:
        checks: dict[str, Callable[[], Any]] = {}
        if name := self.get("name"):
            checks["name"] = lambda: clean(name, field="name", limit=_NAME_LIMIT)
        if phone := self.get("phone"):
            checks["phone"] = lambda: Phone.parse(phone, region)
        if email := self.get("email"):
            checks["email"] = lambda: Email.parse(email)
        return _tried(checks)


def _answer(question: Question, given: tuple[str, ...]) -> None:
    if question.asks and question.check(given) is None and question.required:
        raise InputError("feedback.answer_missing", hint="required", question=question.code)


def _tried(checks: Mapping[str, Callable[[], Any]]) -> dict[str, GovInteractError]:
    found: dict[str, GovInteractError] = {}
    for name, check in checks.items():
        try:
            check()
        except GovInteractError as error:
            found[name] = error
    return found
