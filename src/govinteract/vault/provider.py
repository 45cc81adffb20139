"""Who keeps the root key: a file on one machine, a key service, a hardware module.

A provider wraps and unwraps the tenant's keys of 32 bytes and does nothing else, so that
the root key never has to be in this process. It may use the network: the key ring calls
it outside transactions only. `govinteract.testing.KeyProviderContract` says the same in
tests; `vault.providers` has the providers that come with the library.
"""

from __future__ import annotations

from typing import Protocol

from govinteract.vault.context import canonical

__all__ = ["KID_LIMIT", "KeyProvider", "tenant_key_context"]

KID_LIMIT = 200
"""Characters of a root key's name."""


class KeyProvider(Protocol):
    """Wraps keys under a root key that it keeps.

    Every failure to unwrap is `CryptoError("vault.open_failed")`. A provider that gives no
    answer raises `ProviderError("vault.provider_unreachable")`: an outage, which a locality
    lives through. One that answers no (its key is gone or disabled, a right or a login is
    missing) raises `ProviderError("vault.provider_refused")`: somebody means it.
    """

    @property
    def name(self) -> str:
        """The kind of provider, for people and before the colon of `kid` (`file`, `openbao`)."""
        ...

    @property
    def kid(self) -> str:
        """The name of the root key, and of its version where it has one, that `wrap` uses.

        Begins with `name` and a colon; at most 200 characters, the same in every process,
        not secret. It may ask the service once; after `wrap` it is what `wrap` used.
        """
        ...

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Return `key` wrapped under the root key and bound to `aad`."""
        ...

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Return the key that `wrap` wrapped with the same `aad`, under any version."""
        ...


def tenant_key_context(role: str, tenant: str, epoch: int) -> bytes:
    """Return what binds a tenant's key to its place: role, tenant and epoch, canonically.

    The role stands in the domain: "gi/kek/v1", "gi/index/v1" and so on.
    """
    return canonical(f"gi/{role}/v1", tenant, str(epoch))
