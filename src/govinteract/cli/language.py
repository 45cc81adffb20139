"""In which language the command line speaks: the operator's, as the machine is set up."""

from __future__ import annotations

import os

from govinteract.locale import LANGUAGES, translate

__all__ = ["language", "say"]

_VARIABLES = ("GOVINTERACT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def language() -> str:
    """Return the language of the first of these variables that is set; else English.

    GOVINTERACT_LANG, LC_ALL, LC_MESSAGES, LANG.
    """
    said = next((value for name in _VARIABLES if (value := os.environ.get(name))), "en")
    lang = said[:2].lower()
    return lang if lang in LANGUAGES else "en"


def say(message_id: str, /, **params: object) -> str:
    """Return the message in the operator's language."""
    return translate(message_id, language(), **params)
