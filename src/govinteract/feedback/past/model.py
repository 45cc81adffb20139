"""The words of an import: a report as another system had it, and what became of bringing it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from govinteract.locale import translate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from govinteract.feedback.intake import Checked

__all__ = ["Arrived", "PastMove", "PastReport", "Refusal", "Unreadable"]


@frozen(kw_only=True)
class PastMove:
    """What became of a report elsewhere: the verb that says it here, and when it happened.

    `target` names the body it was handed to, `text` is the answer that was given.
    """

    verb: str
    at: datetime
    target: str | None = None
    text: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class PastReport:
    """A report of another system, checked, with what became of it there.

    `external_id` is that system's own id: a second report of the same source under the same
    id is never brought in.
    """

    external_id: str
    checked: Checked
    unit: str
    at: datetime
    move: PastMove | None = None


@frozen
class Arrived:
    """How many of a batch were new, and how many had been brought in before."""

    created: int
    there: int


@frozen
class Refusal:
    """A row that could not be read: its line (the header's is 1), its column, and why.

    `column` is empty where it is the whole row. Nothing here quotes what the row says.
    """

    line: int
    column: str
    code: str
    params: Mapping[str, object] = field(factory=dict)

    def reason(self, lang: str) -> str:
        """Say in `lang` why the row could not be read."""
        return translate(self.code, lang, **self.params)


class Unreadable(Exception):  # noqa: N818 - never leaves this package
    """Carries out of a row which column can't be read and why."""

    def __init__(self, column: str, code: str, **params: object) -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.params = params
