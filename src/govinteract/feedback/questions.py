"""Questions that a service asks, and the answers that fit them.

The six datatypes are those of Open311 GeoReport v2 ("Service Definition"): string, number,
datetime, text, singlevaluelist, multivaluelist. Whatever a citizen types in words, and
whatever is marked personal, is sealed; choices and numbers are kept in clear to be counted.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from govinteract.errors import InputError
from govinteract.kernel import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["DATATYPES", "Answer", "Question", "check_answers"]

DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
_WORDS = {"string": 500, "text": 4_000}
Answer = str | float | list[str]


@frozen(kw_only=True)
class Question:
    """One question: `label` per language, `values` as key → names for the two list types.

    `asks` is False for a line that is only shown (`variable=false` in Open311).
    """

    code: str
    datatype: str
    label: Mapping[str, str]
    order: int
    required: bool = False
    personal: bool = False
    asks: bool = True
    values: Mapping[str, Mapping[str, str]] = field(factory=dict)
    hint: Mapping[str, str] = field(factory=dict)

    @property
    def sealed(self) -> bool:
        """Whether the answer is kept sealed: marked personal, or words of the citizen's own."""
        return self.personal or self.datatype in _WORDS

    @classmethod
    def from_row(cls, row: Mapping[str, Any], order: int) -> Question:
        """Read one `[[service.question]]` table; `ValueError` names what is wrong with it."""
        question = cls(order=order, **row)
        if question.datatype not in DATATYPES:
            raise ValueError(f"question {question.code}: datatype {question.datatype!r}")
        if question.datatype.endswith("list") and not question.values:
            raise ValueError(f"question {question.code}: a list needs values")
        return question

    def check(self, raw: str | Sequence[str]) -> Answer | None:
        """Return the answer that `raw` means, None when it is empty.

        Raises `InputError("feedback.answer_invalid")` when it does not fit the datatype.
        """
        values = [raw] if isinstance(raw, str) else list(raw)
        values = [value for value in values if value.strip()]
        if not values:
            return None
        if self.datatype == "multivaluelist":
            return [self._choice(value) for value in dict.fromkeys(values)]
        if len(values) > 1:
            raise self._refusal()
        return self._one(values[0].strip())

    def _one(self, value: str) -> Answer:
        match self.datatype:
            case "number":
                return self._number(value)
            case "datetime":
                return self._datetime(value)
            case "singlevaluelist":
                return self._choice(value)
            case _:
                return clean(value, field=self.code, limit=_WORDS[self.datatype], multiline=True)

    def _number(self, value: str) -> float:
        try:
            number = float(value.replace(",", "."))
        except ValueError as error:
            raise self._refusal() from error
        if not math.isfinite(number):
            raise self._refusal()
        return number

    def _datetime(self, value: str) -> str:
        try:
            return datetime.fromisoformat(value).isoformat()
        except ValueError as error:
            raise self._refusal() from error

    def _choice(self, value: str) -> str:
        if value not in self.values:
            raise self._refusal()
        return value

    def _refusal(self) -> InputError:
        return InputError("feedback.answer_invalid", hint=self.datatype, question=self.code)


def check_answers(
    questions: Sequence[Question], raw: Mapping[str, str | Sequence[str]]
) -> dict[str, Answer]:
    """Return the answers by question code, checked; empty ones are left out.

    Raises `InputError`: `feedback.answer_missing` for a required question, and
    `feedback.answer_unknown` for an answer to a question that the service does not ask.
    """
    asked = {question.code: question for question in questions if question.asks}
    for code in raw:
        if code not in asked:
            raise InputError("feedback.answer_unknown", hint="see Service.questions", question=code)
    answers: dict[str, Answer] = {}
    for code, question in asked.items():
        answer = question.check(raw.get(code, ""))
        if answer is not None:
            answers[code] = answer
        elif question.required:
            raise InputError("feedback.answer_missing", hint="it is required", question=code)
    return answers
