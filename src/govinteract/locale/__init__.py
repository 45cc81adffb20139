"""Messages in the languages of the people: gettext catalogues, one per room and language.

A message id begins with the room that says it (`feedback.text_too_long`), and the room is
the gettext domain, so a message is found by its name. A language that has no catalogue,
or a catalogue that lacks a message, falls back to English and then to the id itself.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

__all__ = ["LANGUAGES", "translate"]

LANGUAGES = ("vi", "en")
_HERE = Path(__file__).parent


@cache
def _catalogue(domain: str, lang: str) -> gettext.NullTranslations:
    return gettext.translation(domain, _HERE, languages=[lang, "en"], fallback=True)


def translate(message_id: str, lang: str = "vi", /, **params: object) -> str:
    """Say `message_id` in `lang`, with `params` in the places that the sentence names.

    >>> translate("no_such_room.message", "en")
    'no_such_room.message'
    """
    domain, _, _ = message_id.partition(".")
    text = _catalogue(domain, lang if lang in LANGUAGES else "en").gettext(message_id)
    return text.format(**params) if params else text
