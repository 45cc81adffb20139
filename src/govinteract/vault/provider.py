"""Who keeps the root key: a file on one machine, a key service, a hardware module.

A provider wraps and unwraps the tenant's keys of 32 bytes and does nothing else, so that
the root key never has to be in this process. It may use the network: the key ring calls
it outside transactions only.
"""

from __future__ import annotations

from typing import Protocol

from govinteract.vault.context import canonical

__all__ = ["KeyProvider", "tenant_key_context"]


class KeyProvider(Protocol):
    """Wraps keys under a root key that it keeps.

    Every failure to unwrap is `CryptoError("vault.open_failed")`; a provider that can't be
    reached raises `ProviderError`.
    """

    @property
    def name(self) -> str:
        """The kind of provider, for people (`file`, `openbao`)."""
        ...

    @property
    def kid(self) -> str:
        """The name of the root key in use, at most 200 characters, stable, not secret."""
        ...

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Return `key` wrapped under the root key and bound to `aad`."""
        ...

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Return the key that `wrap` wrapped with the same `aad`."""
        ...


def tenant_key_context(role: str, tenant: str, epoch: int) -> bytes:
    """Return what binds a tenant's key to its place: role, tenant and epoch, canonically.

    The role stands in the domain: "gi/kek/v1", "gi/index/v1" and so on.
    """
    return canonical(f"gi/{role}/v1", tenant, str(epoch))
