"""People's data keys in one transaction: found, made, replaced in time, destroyed.

A data key stays far below its 2^20 messages without anybody counting them across
transactions: one that is made seals 2^16 at most in its transaction, one that is found 64,
and with a chance of 1/256 the one that is found is replaced by a new one, so that it passes
the cap with a probability below 2^-80. Nor does it serve for longer than a year, or from
before the last `keys rotate --data`. Old keys go on opening what they sealed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from govinteract.errors import SettingsError
from govinteract.storage.schema import write_instant
from govinteract.vault.data_key import DataKey, WrapScope
from govinteract.vault.envelope import MESSAGE_CAP, FieldCipher
from govinteract.vault.keyring import MAX_AGE
from govinteract.vault.refusal import open_failed
from govinteract.vault.tables import key_table, wrap_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Row, Select

    from govinteract.storage.transaction import Transaction
    from govinteract.vault.keyring import KeyRing

__all__ = ["DATA_KEY_AGE", "DataKeys", "HeldKeys", "Owner"]

Owner = tuple[str, str]
"""A subject and a data class: whose key it is."""

HeldKeys = dict[bytes, "Row[Any] | FieldCipher"]
"""The keys of one owner that a purpose has, by id: wrapped, or in use."""

DATA_KEY_AGE = timedelta(days=365)
"""How long new values are sealed under a data key."""

_MADE_ROOM, _FOUND_ROOM = 2**16, 64  # messages in one transaction, see above
_SUBJECTS_A_QUERY = 500
_ROW, _KEY = wrap_table.c, key_table.c
_WRAPS = select(
    _ROW.subject, _ROW.data_class, _ROW.purpose, _ROW.kid, _ROW.epoch, _ROW.wrapped,
    _ROW.created_at,
)  # fmt: skip


class DataKeys:
    """The data keys that one transaction uses.

    `plan` names for each data class the purposes that may open it: a new key gets one wrap
    for each, and all wraps are written in one statement just before the commit.
    """

    def __init__(self, tx: Transaction, ring: KeyRing, plan: Mapping[str, Sequence[str]]) -> None:
        self._tx = tx
        self._ring = ring
        self._plan = plan
        self._minted: set[str] = set()
        self._sealing: dict[Owner, FieldCipher] = {}
        self._made: dict[Owner, list[tuple[bytes, FieldCipher, Sequence[str]]]] = {}
        self._pending: list[dict[str, Any]] = []
        self._doubtful = False

    @property
    def pending(self) -> bool:
        """Whether wraps wait for the commit."""
        return bool(self._pending)

    def mint(self, subject: str) -> None:
        """Take note that `subject` is new: there is nothing to be found of it."""
        self._minted.add(subject)

    def sealing(self, owner: Owner) -> FieldCipher:
        """Return the cipher that seals for `owner` in this transaction.

        Uses the newest data key and makes one if there is none, or another in its time.
        Raises `SettingsError("vault.class_unplanned")` when no purpose could ever open the
        class, `KeyNotReady`.
        """
        cipher = self._sealing.get(owner)
        if cipher is None:
            cipher = self._sealing[owner] = self._find(owner)
        return cipher

    def replaced(self, owner: Owner) -> FieldCipher:
        """Return a new cipher for `owner`, whose key has sealed what it may."""
        cipher = self._sealing[owner] = self._make(owner, self._purposes(owner))
        return cipher

    def destroy(self, subjects: Sequence[str], classes: Collection[str] | None) -> None:
        """Delete every wrap of `subjects` (of these data `classes`), also those that wait."""
        for subject in subjects:
            mine = delete(wrap_table).where(
                _ROW.locality == self._tx.locality, _ROW.subject == subject
            )
            self._tx.write(mine if classes is None else mine.where(_ROW.data_class.in_(classes)))

        def is_gone(subject: str, data_class: str) -> bool:
            return subject in subjects and (classes is None or data_class in classes)

        self._pending = [r for r in self._pending if not is_gone(r["subject"], r["data_class"])]
        for cache in (self._sealing, self._made):
            for owner in [owner for owner in cache if is_gone(*owner)]:
                del cache[owner]

    def held(self, owners: Iterable[Owner], purpose: str) -> dict[Owner, HeldKeys]:
        """Find the keys that `purpose` has now; nothing is remembered for another time."""
        wanted = set(owners)
        found: dict[Owner, HeldKeys] = {}
        for owner in wanted & self._made.keys():
            for kid, cipher, purposes in self._made[owner]:
                if purpose in purposes:
                    found.setdefault(owner, {})[kid] = cipher
        known = sorted(owner for owner in wanted if owner[0] not in self._minted)
        for start in range(0, len(known), _SUBJECTS_A_QUERY):
            part = known[start : start + _SUBJECTS_A_QUERY]
            query = _WRAPS.where(
                _ROW.locality == self._tx.locality, _ROW.purpose == purpose,
                _ROW.subject.in_({subject for subject, _class in part}),
                _ROW.data_class.in_({data_class for _subject, data_class in part}),
            )  # fmt: skip
            for row in self._tx.read(query):
                found.setdefault((row.subject, row.data_class), {})[bytes(row.kid)] = row
        return found

    def use(self, held: HeldKeys, kid: bytes, owner: Owner) -> FieldCipher:
        """Return the cipher of the key `kid`, unwrapped when it is first needed.

        Raises `CryptoError("vault.open_failed")` when `held` has no such key.
        """
        key = held.get(kid)
        if key is None:
            raise open_failed()
        if not isinstance(key, FieldCipher):
            key = held[kid] = self._cipher(self._unwrap(key), owner)
        return key

    def _find(self, owner: Owner) -> FieldCipher:
        """Find the newest data key through any purpose's wrap: sealing is nobody's purpose."""
        minted = owner[0] in self._minted
        row = None if minted else self._tx.read(self._newest(owner).limit(1)).first()
        if row is None:
            return self._make(owner, self._planned(owner[1]))
        if self._is_due(row):
            return self._make(owner, self._purposes(owner))
        return self._cipher(self._unwrap(row, room=_FOUND_ROOM), owner)

    def _is_due(self, row: Row[Any]) -> bool:
        """Tell whether a new key takes the place of the one in `row` for what is sealed now."""
        oldest = max(write_instant(self._tx.now - DATA_KEY_AGE), self._ring.fresh_from)
        by_chance = self._tx.entropy.bytes(1) == b"\x00"
        return by_chance or row.created_at < oldest or not self._ring.opens

    def _make(self, owner: Owner, purposes: Sequence[str]) -> FieldCipher:
        """Make a data key with one wrap for each of `purposes`, written before the commit."""
        key = DataKey.generate(self._tx.entropy, room=_MADE_ROOM)
        epoch, cipher = self._ring.current_epoch(), self._cipher(key, owner)
        self._doubtful = self._doubtful or not self._ring.opens
        if not self._pending:
            self._tx.before_commit(self._write_wraps)
        subject, data_class = owner
        place = {
            "locality": self._tx.locality, "subject": subject, "data_class": data_class,
            "kid": key.kid, "epoch": epoch.epoch, "created_at": write_instant(self._tx.now),
        }  # fmt: skip
        wraps = epoch.wraps(key, subject, data_class, purposes, self._tx.entropy)
        for purpose, wrapped in zip(purposes, wraps, strict=True):
            self._pending.append({**place, "purpose": purpose, "wrapped": wrapped})
        self._made.setdefault(owner, []).append((key.kid, cipher, purposes))
        return cipher

    def _write_wraps(self) -> None:
        rows, self._pending = self._pending, []
        if rows:
            self._tx.insert(wrap_table, rows)
            if self._doubtful or self._tx.clock.now() - self._tx.now > MAX_AGE:
                self._check_epochs({row["epoch"] for row in rows})

    def _check_epochs(self, epochs: set[int]) -> None:
        """See that no epoch was destroyed while this transaction held its key for long.

        Whoever destroys one waits for who inserts wraps, and they for him: what is seen here
        stays so until the commit.
        """
        query = select(_KEY.epoch).where(
            _KEY.locality == self._tx.locality, _KEY.role == "kek", _KEY.epoch.in_(epochs)
        )
        if set(self._tx.read(query).scalars()) != epochs:
            raise self._ring.outdated()

    def _planned(self, data_class: str) -> Sequence[str]:
        purposes = self._plan.get(data_class)
        if not purposes:
            raise SettingsError(
                "vault.class_unplanned",
                hint="name the class in a purpose of purposes.toml",
                data_class=data_class,
            )
        return purposes

    def _purposes(self, owner: Owner) -> Sequence[str]:
        """Return the purposes that have the newest key: the next one takes back no withdrawal."""
        if owner in self._made:
            return self._made[owner][-1][2]
        rows = self._tx.read(self._newest(owner)).all()
        return [row.purpose for row in rows if row.kid == rows[0].kid]

    def _newest(self, owner: Owner) -> Select[Any]:
        query = _WRAPS.where(
            _ROW.locality == self._tx.locality, _ROW.subject == owner[0],
            _ROW.data_class == owner[1],
        )  # fmt: skip
        return query.order_by(_ROW.created_at.desc(), _ROW.kid, _ROW.purpose)

    def _unwrap(self, row: Row[Any], *, room: int = MESSAGE_CAP) -> DataKey:
        scope = WrapScope(row.subject, row.data_class, row.purpose)
        epoch = self._ring.epoch(row.epoch)
        return epoch.unwrap(bytes(row.wrapped), scope, bytes(row.kid), room=room)

    def _cipher(self, key: DataKey, owner: Owner) -> FieldCipher:
        return key.fields(
            tenant=self._ring.tenant, subject=owner[0], data_class=owner[1],
            entropy=self._tx.entropy,
        )  # fmt: skip
