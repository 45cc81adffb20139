"""What the pages say: the messages of the library, and the locality's own words before them.

A locality changes a sentence without touching a template: `texts.toml` in its templates
folder holds message ids with a text per language.

    "web.home_lead" = { vi = "Phường Hoà Bình luôn lắng nghe.", en = "We are listening." }
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from attrs import field, frozen

from govinteract.errors import SettingsError
from govinteract.locale import translate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Texts"]

_FILE = "texts.toml"


@frozen
class Texts:
    """Says message ids in a language; `own` holds the locality's words by id and language."""

    own: Mapping[str, Mapping[str, str]] = field(factory=dict, repr=False)

    @classmethod
    def beside(cls, templates: Path | None) -> Texts:
        """Read `texts.toml` in the locality's templates folder, if it is there.

        Raises `SettingsError("web.texts_invalid")` whose hint names the entry.
        """
        path = templates / _FILE if templates else None
        if path is None or not path.is_file():
            return cls()
        try:
            own = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError("web.texts_invalid", hint=f"{path}: {error}") from error
        for message_id, texts in own.items():
            if not isinstance(texts, dict) or not all(isinstance(t, str) for t in texts.values()):
                hint = f'{path}: "{message_id}" = {{ vi = "...", en = "..." }}'
                raise SettingsError("web.texts_invalid", hint=hint)
        return cls(own)

    def name(self, key: str, lang: str) -> str | None:
        """Return what the locality calls something ("unit.mot-cua"), None when it does not."""
        return self.own.get(key, {}).get(lang)

    def say(self, message_id: str, lang: str, /, **params: object) -> str:
        """Say `message_id` in `lang`, in the locality's words where it has some.

        >>> Texts({"web.home": {"vi": "Nhà"}}).say("web.home", "vi")
        'Nhà'
        """
        own = self.own.get(message_id, {}).get(lang)
        if own is None:
            return translate(message_id, lang, **params)
        return own.format(**params) if params else own
