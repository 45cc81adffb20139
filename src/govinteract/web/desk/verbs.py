"""What an officer's forms mean: each verb with the fields that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govinteract.acting import Acting
    from govinteract.feedback import Case
    from govinteract.feedback.photos import PreparedPhoto
    from govinteract.web.forms import Form

__all__ = ["FIELDS", "do_verb"]

FIELDS = ("verb", "text", "unit", "to", "of", "cause", "public_text", "shared")
"""What a form may hold besides its photos, so that a refused one can be shown as it was."""


def do_verb(tx: Acting, case: Case, form: Form, photos: Sequence[PreparedPhoto]) -> None:
    """Do what `form` says (`verb`) on `case`; raises `InputError("web.act_unknown")`."""
    verb = _VERBS.get(form.one("verb"))
    if verb is None:
        raise InputError("web.act_unknown", hint=f"one of {', '.join(_VERBS)}")
    verb(tx, case, form, photos)


def _resolve(tx: Acting, case: Case, form: Form, photos: Sequence[PreparedPhoto]) -> None:
    tx.feedback.reply(case, form.one("text"), resolves=True, proof=photos)


def _reply(tx: Acting, case: Case, form: Form, photos: Sequence[PreparedPhoto]) -> None:
    tx.feedback.reply(case, form.one("text"), proof=photos)


def _duplicate(tx: Acting, case: Case, form: Form, _photos: Sequence[PreparedPhoto]) -> None:
    of = tx.feedback.find(form.one("of"))
    tx.feedback.mark_duplicate(case, of, form.one("text").strip() or None)


def _moderate(tx: Acting, case: Case, form: Form, _photos: Sequence[PreparedPhoto]) -> None:
    text = form.one("public_text").strip() or None
    tx.feedback.moderate(case, text, shared=bool(form.one("shared")))


_VERBS: dict[str, Callable[[Acting, Case, Form, Sequence[PreparedPhoto]], object]] = {
    "start": lambda tx, case, _form, _photos: tx.feedback.start(case),
    "assign": lambda tx, case, form, _photos: tx.feedback.assign(case, form.one("unit")),
    "ask": lambda tx, case, form, _photos: tx.feedback.ask(case, form.one("text")),
    "return": lambda tx, case, form, _photos: tx.feedback.give_back(
        case, form.one("text"), cause=form.one("cause")
    ),
    "reply": _reply,
    "resolve": _resolve,
    "decline": lambda tx, case, form, _photos: tx.feedback.decline(case, form.one("text")),
    "forward": lambda tx, case, form, _photos: tx.feedback.forward(
        case, form.one("to"), form.one("text")
    ),
    "mark_duplicate": _duplicate,
    "reopen": lambda tx, case, form, _photos: tx.feedback.reopen(case, form.one("text")),
    "note": lambda tx, case, form, _photos: tx.feedback.note(case, form.one("text")),
    "moderate": _moderate,
}
