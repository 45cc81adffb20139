"""What can go wrong, said to three readers at once.

Every error carries a `code` for programs (stable, `<room>.<what>`), a `message` for the
citizen (localised, without internals) and a `hint` for the developer (the next step).
Catch a family to handle a kind of trouble; read `code` to tell two of a kind apart.

    GovInteractError
      InputError       what was handed in can't be taken as it is
      NotFound         there is no such thing, or it is not yours to see (told alike)
      AccessDenied     this actor may not do this, or not for this purpose
      ConflictError    somebody else was faster, or the same key came with other content
      CryptoError      protected bytes can't be opened, or a key is not at hand
      ProviderError    a service outside answered wrongly or not at all
      StorageError     the database can't be read or written now
      SettingsError    the locality is not set up as it must be
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.locale import translate

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AccessDenied",
    "ConflictError",
    "CryptoError",
    "GovInteractError",
    "InputError",
    "NotFound",
    "ProviderError",
    "SettingsError",
    "StorageError",
]


class GovInteractError(Exception):
    """The family of every error that this library raises.

    `code` is stable and names the room it came from; `params` fill the message and never
    hold personal data; `hint` is for the developer and stands in `str(error)`.

    >>> error = InputError("kernel.text_empty", hint="pass some text", field="text")
    >>> error.code
    'kernel.text_empty'
    """

    def __init__(self, code: str, *, hint: str = "", **params: object) -> None:
        self.code = code
        self.hint = hint
        self.params: Mapping[str, object] = params
        super().__init__(code)

    def message(self, lang: str = "vi") -> str:
        """Say it to a citizen in `lang` ("vi" or "en"): what happened and the next step."""
        return translate(self.code, lang, **self.params)

    def __str__(self) -> str:
        """Say it to a developer: code, English message and hint."""
        text = f"{self.code}: {self.message('en')}"
        return f"{text} ({self.hint})" if self.hint else text

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by code, hint and params (process pools carry errors home)."""
        return _rebuild, (type(self), self.code, self.hint, dict(self.params))


def _rebuild(
    kind: type[GovInteractError], code: str, hint: str, params: dict[str, object]
) -> GovInteractError:
    return kind(code, hint=hint, **params)


class InputError(GovInteractError):
    """What was handed in can't be taken; nothing of it was stored."""


class NotFound(GovInteractError):  # noqa: N818 - reads as the sentence it is; httpx and Django do alike
    """There is no such thing, or it is not the caller's to see: both are told alike."""


class AccessDenied(GovInteractError):  # noqa: N818 - the field's word for it
    """The actor may not do this, or not for this purpose."""


class ConflictError(GovInteractError):
    """Somebody else changed it first, or an idempotency key came with other content."""


class CryptoError(GovInteractError):
    """Protected bytes can't be opened or a key is not at hand; never says which byte."""


class ProviderError(GovInteractError):
    """A service outside (mail, gateway, key service) answered wrongly or not at all."""


class StorageError(GovInteractError):
    """The database can't be read or written now; what was acknowledged is kept."""


class SettingsError(GovInteractError):
    """The locality is not set up as it must be; the hint names the setting."""
