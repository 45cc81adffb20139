"""The one way in which opening fails, and the ways in which a key is not at hand."""

from __future__ import annotations

from govinteract.errors import CryptoError, ProviderError, SettingsError

__all__ = ["KeyNotReady", "extra_missing", "open_failed", "provider_refused", "unreachable"]


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


def unreachable(provider: str, why: str) -> ProviderError:
    """Make the error of a key provider that gave no answer: an outage, it may come back."""
    return ProviderError("vault.provider_unreachable", hint=f"{provider}: {why}", provider=provider)


def provider_refused(provider: str, why: str) -> ProviderError:
    """Make the error of a key provider that answered no: a key that is gone, a right or a login.

    It is no outage: whoever disables a key at the provider means it.
    """
    return ProviderError("vault.provider_refused", hint=f"{provider}: {why}", provider=provider)


def extra_missing(extra: str) -> SettingsError:
    """Make the error of a provider whose library is not installed."""
    return SettingsError(
        "vault.extra_missing", hint=f"pip install 'govinteract[{extra}]'", extra=extra
    )
