"""A case as a page shows it: everything that the page needs, opened together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from govinteract.vault import Sealed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from govinteract.acting import Acting
    from govinteract.feedback import Case, Catalogue, Message, PhotoRef, Question, Service

__all__ = ["CaseView", "Entry", "view_case"]

_NOTE = "note"


@frozen(kw_only=True)
class Entry:
    """One entry of the thread with its words, None where there are none or they stay closed."""

    message: Message
    text: str | None = field(repr=False)


@frozen(kw_only=True)
class CaseView:
    """A case, opened for one reader. Words hide in `repr`."""

    case: Case
    service: Service | None
    text: str = field(repr=False)
    address: str | None = field(repr=False)
    answers: tuple[tuple[Question, str], ...] = field(repr=False)
    entries: tuple[Entry, ...]
    photos: tuple[PhotoRef, ...]
    verbs: frozenset[str]

    @property
    def question(self) -> Entry | None:
        """What the office asked last, while it waits for the citizen."""
        if self.case.kind != "waiting":
            return None
        asked = [e for e in self.entries if e.message.kind in {"case.asked", "case.returned"}]
        return asked[-1] if asked else None


def view_case(tx: Acting, case: Case, catalogue: Catalogue, lang: str) -> CaseView:
    """Open what the page of `case` shows, with one recorded opening, and return it.

    Of an erased case only what happened and when is left.

    Notes stay closed: they open for a purpose of their own (`open_notes`).
    """
    service = catalogue.services.get(case.service)
    thread, photos = tx.feedback.thread(case), tx.feedback.photos(case)
    verbs = frozenset(tx.feedback.verbs(case))
    sealed = [case.text, case.address, *case.answers.values(), *(m.text for m in thread)]
    if case.erased_at is not None:  # what happened and when stays; no key opens the words
        sealed, photos = [], ()
        thread = [evolve(message, photos=()) for message in thread]
    wanted = [s for s in sealed if isinstance(s, Sealed) and s.data_class != _NOTE]
    words = _Opened(wanted, [opened.reveal() for opened in tx.open_all(wanted)])
    return CaseView(
        case=case, service=service, text=words.of(case.text) or "",
        address=words.of(case.address), answers=_answers(case, service, words, lang),
        entries=tuple(Entry(message=m, text=words.of(m.text)) for m in thread),
        photos=photos, verbs=verbs,
    )  # fmt: skip


class _Opened:
    """Finds the words of a sealed value among those that were opened."""

    def __init__(self, sealed: Sequence[Sealed], words: Sequence[Any]) -> None:
        self._words = {id(value): word for value, word in zip(sealed, words, strict=True)}

    def of(self, value: object) -> str | None:
        word = self._words.get(id(value))
        return None if word is None else str(word)


def _answers(
    case: Case, service: Service | None, words: _Opened, lang: str
) -> tuple[tuple[Question, str], ...]:
    questions = service.questions if service else ()
    return tuple(
        (question, words.of(value) or _shown(question.values, value, lang))
        for question in questions
        if (value := case.answers.get(question.code)) is not None
        and (words.of(value) is not None or not isinstance(value, Sealed))
    )


def _shown(names: Mapping[str, Mapping[str, str]], value: object, lang: str) -> str:
    """Return an answer that is kept in clear: a number, or the names of what was chosen."""
    chosen = value if isinstance(value, list) else [value]
    plain = [f"{one:g}" if isinstance(one, float) else str(one) for one in chosen]
    return ", ".join(names.get(one, {}).get(lang, one) for one in plain)
