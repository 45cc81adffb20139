"""The root keys of a locality: every tenant key is wrapped by each of them.

So that one lost provider loses nothing: what the first can't open any more, the second
opens. A key that came out is checked against its name before it is used, whoever gave it.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import select

from govinteract.errors import CryptoError, ProviderError
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.key_tables import further_wrap_table
from govinteract.vault.provider import tenant_key_context
from govinteract.vault.refusal import open_failed
from govinteract.vault.tables import key_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import CursorResult, Select

    from govinteract.vault.provider import KeyProvider

__all__ = ["Roots", "TenantKeyRow", "Wrapping", "read_key_rows"]

_KEY, _MORE = key_table.c, further_wrap_table.c


@frozen
class Wrapping:
    """One way in to a tenant's key: the root key that wrapped it, and its bytes."""

    root: str
    wrapped: bytes


@frozen(kw_only=True)
class TenantKeyRow:
    """A tenant's key as it is stored; the first of its wrappings stands in `gi_key`."""

    tenant: str
    role: str
    epoch: int
    kid: bytes
    created_at: str
    retired_at: str | None
    wrappings: tuple[Wrapping, ...]

    @property
    def context(self) -> bytes:
        """What each of its wrappings is bound to."""
        return tenant_key_context(self.role, self.tenant, self.epoch)


class Roots:
    """The providers of a locality, the first of them first."""

    def __init__(self, first: KeyProvider, *others: KeyProvider) -> None:
        self.first = first
        self.all = (first, *others)

    def wrap(self, key: KeyMaterial, context: bytes) -> list[Wrapping]:
        """Wrap `key` by every provider, or by none: raises `ProviderError`."""
        wrappings = []
        for provider in self.all:
            wrapped = provider.wrap(key.secret(), context)
            wrappings.append(Wrapping(provider.kid, wrapped))  # its name is known after a wrap
        return wrappings

    def unwrap(self, rows: Sequence[TenantKeyRow]) -> list[KeyMaterial]:
        """Unwrap `rows`, each by the first provider that can; all or none.

        Raises what the first provider in the way said: `ProviderError`, or
        `CryptoError("vault.open_failed")` when all were asked and none could.
        """
        silent: dict[int, ProviderError] = {}
        return [self._open(row, silent) for row in rows]

    def _open(self, row: TenantKeyRow, silent: dict[int, ProviderError]) -> KeyMaterial:
        for provider in self.all:
            for wrapping in row.wrappings:
                if id(provider) in silent or not wrapping.root.startswith(f"{provider.name}:"):
                    continue
                try:
                    key = KeyMaterial(provider.unwrap(wrapping.wrapped, row.context))
                except CryptoError:
                    continue  # another root key of the same kind, or changed bytes
                except ProviderError as error:
                    silent[id(provider)] = error  # it is asked no more in this round
                    continue
                if hmac.compare_digest(key.kid, row.kid):
                    return key
        raise next(iter(silent.values()), open_failed())

    def __repr__(self) -> str:
        return f"<Roots {', '.join(map(repr, self.all))}>"


def read_key_rows(
    read: Callable[[Select[Any]], CursorResult[Any]], tenant: str
) -> list[TenantKeyRow]:
    """Return the keys of `tenant` as they are stored, by role and epoch.

    `read` runs a query: a connection's `execute`, a transaction's `read`.
    """
    more: dict[tuple[str, int], list[Wrapping]] = {}
    query = select(_MORE.role, _MORE.epoch, _MORE.root, _MORE.wrapped)
    query = query.where(_MORE.locality == tenant).order_by(_MORE.root)
    for row in read(query):
        more.setdefault((row.role, row.epoch), []).append(Wrapping(row.root, bytes(row.wrapped)))
    keys = select(key_table).where(_KEY.locality == tenant).order_by(_KEY.role, _KEY.epoch)
    return [
        TenantKeyRow(
            tenant=tenant, role=row["role"], epoch=row["epoch"], kid=bytes(row["kid"]),
            created_at=row["created_at"], retired_at=row["retired_at"],
            wrappings=(
                Wrapping(row["root"], bytes(row["wrapped"])),
                *more.get((row["role"], row["epoch"]), ()),
            ),
        )
        for row in read(keys).mappings()
    ]  # fmt: skip
