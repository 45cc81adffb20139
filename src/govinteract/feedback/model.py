"""The words of this room: what citizens hand in, and what a case is to those who see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from govinteract.feedback.questions import Answer
    from govinteract.kernel import CaseCode, Point, PublicId
    from govinteract.vault import Sealed

__all__ = ["Case", "Contact", "Message", "Photo", "PhotoRef", "Receipt", "Report", "Returned"]


@frozen(repr=False)
class Contact:
    """How to reach the citizen; each part may be left out. Hidden in `repr`, sealed at rest.

    Phone and e-mail are checked when the report is submitted.
    """

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    def __repr__(self) -> str:
        """Hide everything: a contact is personal data."""
        return "Contact(hidden)"

    def __bool__(self) -> bool:
        """Whether anything was given at all."""
        return bool(self.name or self.phone or self.email)


@frozen
class Report:
    """What a citizen reports or asks.

    `service` is a code of the catalogue, `text` the citizen's own words (sealed at rest),
    `at` the place of the problem, never of the device; `address` words for the place.
    `answers` go by question code. `confidential` keeps it off maps and lists for good.
    """

    service: str
    text: str = field(repr=False)
    at: Point | None = None
    address: str | None = field(default=None, repr=False)
    answers: Mapping[str, str | Sequence[str]] = field(factory=dict, repr=False)
    lang: str = "vi"
    confidential: bool = False


@frozen
class Photo:
    """A photo as it was handed in (JPEG, PNG, WebP or HEIC, 10 MB at most)."""

    content: bytes = field(repr=False)


@frozen
class Receipt:
    """What the citizen keeps: the secret code, the public number and the promised date.

    `answer_by` is None where the office promises no time; `promise` says it in words.
    """

    code: CaseCode
    public_id: PublicId
    case_id: str
    answer_by: datetime | None = None
    promise: str | None = None


@frozen(kw_only=True)
class Case:
    """A case as it stands. Sealed parts open through `tx.open` alone.

    `version` is the number of its latest fact; a verb given an older case raises
    `ConflictError`. `kind` is the kind of `state` (see `workflow.toml`). After `erased_at`
    the sealed parts are there and open for nobody: the person's keys were destroyed.
    """

    id: str
    version: int
    public_id: str
    service: str
    unit: str
    state: str
    kind: str
    lang: str
    source: str
    external_id: str | None
    at: Point | None
    shared: bool
    public_text: str | None
    answers: Mapping[str, Answer | Sealed]
    text: Sealed
    address: Sealed | None
    contact: Sealed | None
    code: Sealed
    subject: str
    submitted_at: datetime
    updated_at: datetime
    promise: str | None
    promise_text: str | None
    calendar: str | None
    due: datetime | None
    paused_since: datetime | None
    answered_at: datetime | None
    resolved_at: datetime | None
    reopened: int
    rating: int | None
    duplicate_of: str | None
    erased_at: datetime | None = None


@frozen(kw_only=True)
class PhotoRef:
    """A stored photo: sealed bytes are fetched by `Feedback.photo`."""

    id: str
    role: str
    width: int
    height: int


@frozen(kw_only=True)
class Message:
    """One entry of the thread, in the order of `version`.

    `author` is citizen, office or system; `kind` the fact's kind (`case.replied`); `state`
    what the case became by it; `internal` ones are never shown to the citizen.
    """

    version: int
    at: datetime
    author: str
    kind: str
    state: str
    internal: bool
    text: Sealed | None
    cause: str | None = None
    target: str | None = None
    photos: tuple[PhotoRef, ...] = ()


class Returned:
    """Why a case was returned. Only the citizen's own cause stops the clock."""

    CITIZEN = "citizen"
    OFFICE = "office"
    SYSTEM = "system"
    ALL = (CITIZEN, OFFICE, SYSTEM)
