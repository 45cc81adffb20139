"""The one way in which opening fails, and the one way in which a key is not at hand."""

from __future__ import annotations

from govinteract.errors import CryptoError

__all__ = ["KeyNotReady", "open_failed"]


class KeyNotReady(CryptoError):  # noqa: N818 - a state of things, as NotFound is
    """A key that the transaction needs was not warmed before it began; begin it again."""


def open_failed() -> CryptoError:
    """Make the error of everything that can't be opened.

    A wrong tag, an unknown key, a cut or foreign envelope and a moved value are told alike,
    so that nobody learns from trying. Raise it `from None`: a cause would tell them apart.
    """
    return CryptoError(
        "vault.open_failed", hint="the bytes were changed, moved, or sealed under another key"
    )
