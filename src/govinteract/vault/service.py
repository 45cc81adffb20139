"""Sealing and opening in one transaction.

Sealing needs no permit: whoever may write may seal, and learns nothing by it. Opening asks
for a permit of this transaction and for the wrap of its purpose. The door that calls it
(`tx.open`) commits the fact of opening before any plaintext is returned.

A data key stays far below its 2^20 messages without anybody counting them across
transactions: one that is made seals 2^16 at most in its transaction, one that is found 64,
and with a chance of 1/256 the one that is found is replaced by a new one, so that it passes
the cap with a probability below 2^-80. Old keys go on opening what they sealed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from govinteract.errors import AccessDenied, CryptoError, SettingsError
from govinteract.storage.schema import write_instant
from govinteract.vault.answer_box import AnswerBox
from govinteract.vault.blob import FILE_TYPE, FileKey, Sink, Source
from govinteract.vault.context import Context, Field, field_of
from govinteract.vault.data_key import DataKey, WrapScope
from govinteract.vault.envelope import MESSAGE_CAP, FieldCipher
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.keyring import MAX_AGE
from govinteract.vault.personal import Personal
from govinteract.vault.refusal import open_failed
from govinteract.vault.sealed import Sealed
from govinteract.vault.tables import key_table, wrap_table
from govinteract.vault.value_types import value_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Row, Select

    from govinteract.storage.transaction import Transaction
    from govinteract.vault.envelope import RecordCipher
    from govinteract.vault.keyring import KeyRing
    from govinteract.vault.permit import Permit

__all__ = ["DATA_KEY_AGE", "Vault"]

DATA_KEY_AGE = timedelta(days=365)
"""How long new values are sealed under a data key; the next one is made when one is needed."""

_MADE_ROOM, _FOUND_ROOM = 2**16, 64  # messages in one transaction, see above
_ROW, _KEY = wrap_table.c, key_table.c
_WRAPS = select(
    _ROW.subject, _ROW.data_class, _ROW.purpose, _ROW.kid, _ROW.epoch, _ROW.wrapped,
    _ROW.created_at,
)  # fmt: skip
_SUBJECTS_A_QUERY = 500

_Owner = tuple[str, str]  # subject and data class
_Keys = dict[bytes, "Row[Any] | FieldCipher"]  # by id: wrapped, or in use


class Vault:
    """Personal data of one transaction.

    `plan` names for each data class the purposes that may open it: sealing under a new
    data key writes one wrap for each, in one statement just before the commit.
    """

    def __init__(
        self, tx: Transaction, keyring: KeyRing, plan: Mapping[str, Sequence[str]]
    ) -> None:
        if tx.locality != keyring.tenant:
            raise SettingsError("vault.wrong_tenant", hint="each locality has its own KeyRing")
        self._tx = tx
        self._ring = keyring
        self._plan = plan
        self._minted: set[str] = set()
        self._sealing: dict[_Owner, FieldCipher] = {}
        self._minted_keys: dict[_Owner, list[tuple[bytes, FieldCipher, Sequence[str]]]] = {}
        self._pending: list[dict[str, object]] = []

    @property
    def pending(self) -> bool:
        """Whether wraps wait for the commit: something was sealed, as good as written."""
        return bool(self._pending)

    def new_subject(self) -> str:
        """Return the id of a new data subject: sealing for it reads nothing."""
        subject = self._tx.new_id()
        self._minted.add(subject)
        return subject

    def seal(
        self, value: object, *, subject: str, data_class: str, record: str, field: str,
        type: str = "text", rev: int = 1,  # noqa: A002 - the word of the envelope's context
    ) -> Sealed:  # fmt: skip
        """Seal `value`, plain or `Personal`, for its place; it commits with the rest.

        Uses the subject's data key of the class and makes one if there is none. Raises
        `InputError` when the value is not of `type` or larger than 64 KiB,
        `SettingsError("vault.class_unplanned")` when no purpose could ever open the class,
        `KeyNotReady`.
        """
        plain = value.reveal() if isinstance(value, Personal) else value
        data = value_type(type).write(plain)
        place = field_of(field, type, rev)
        return self._seal(data, (subject, data_class), record, place)

    def answer_box(self, source: str, key: str) -> AnswerBox:
        """Return the box for the answer to the request that `source` sent under `key`."""
        return AnswerBox(self._ring, source, key, self._tx.entropy)

    def seal_file(
        self, source: Source, sink: Sink, *, subject: str, data_class: str, record: str,
        field: str, content_type: str, rev: int = 1,
    ) -> Sealed:  # fmt: skip
        """Seal the bytes of `source` into `sink` under a key of their own.

        Returns that key, sealed: opening it gives a `FileKey`, which reads the stream.
        """
        material = KeyMaterial.generate(self._tx.entropy)
        place = field_of(field, FILE_TYPE + content_type, rev)
        sealed = self._seal(material.secret(), (subject, data_class), record, place)
        FileKey.at(material, self._context(sealed)).seal(source, sink)
        return sealed

    def destroy_keys(
        self, subjects: Sequence[str], *, classes: Collection[str] | None = None
    ) -> None:
        """Delete every wrap of `subjects`: what was sealed for them opens for nobody again.

        `classes` limits it to these data classes.
        """
        for subject in subjects:
            mine = delete(wrap_table).where(
                _ROW.locality == self._tx.locality, _ROW.subject == subject
            )
            self._tx.write(mine if classes is None else mine.where(_ROW.data_class.in_(classes)))

        def is_gone(subject: object, data_class: object) -> bool:
            return subject in subjects and (classes is None or data_class in classes)

        self._pending = [r for r in self._pending if not is_gone(r["subject"], r["data_class"])]
        for cache in (self._sealing, self._minted_keys):
            for owner in [owner for owner in cache if is_gone(*owner)]:
                del cache[owner]

    def open(self, sealed: Sequence[Sealed], permit: Permit) -> list[Personal[Any]]:
        """Open `sealed` for the purpose of `permit`, in their order; all or none.

        Reads the wraps of all subjects in one query. Raises
        `AccessDenied("vault.permit_scope")` when the permit is of another transaction or
        does not cover a value, `("vault.no_wrap_for_purpose")` when the purpose has none
        (never had, or lost it by withdrawal or erasure), and
        `CryptoError("vault.open_failed")` whatever else is wrong.
        """
        if not all(permit.covers(value, self._tx) for value in sealed):
            raise AccessDenied(
                "vault.permit_scope", hint="ask the guard for a permit that covers all of them"
            )
        keys = self._find_wraps(sealed, permit.purpose)
        records: dict[tuple[_Owner, bytes, str], RecordCipher] = {}
        return [Personal(self._open(value, permit.purpose, keys, records)) for value in sealed]

    def _seal(self, data: bytes, owner: _Owner, record: str, place: Field) -> Sealed:
        cipher = self._sealing.get(owner)
        if cipher is None:
            cipher = self._sealing[owner] = self._find_key(owner)
        try:
            envelope = cipher.record(record).seal(place, data)
        except CryptoError as error:
            if error.code != "vault.key_worn":
                raise
            cipher = self._sealing[owner] = self._make_key(owner, self._purposes(owner))
            envelope = cipher.record(record).seal(place, data)
        return Sealed(
            envelope=envelope, subject=owner[0], data_class=owner[1], record=record,
            field=place.name, type=place.type, rev=place.rev,
        )  # fmt: skip

    def _open(
        self, value: Sealed, purpose: str, keys: Mapping[_Owner, _Keys],
        records: dict[tuple[_Owner, bytes, str], RecordCipher],
    ) -> object:  # fmt: skip
        owner = (value.subject, value.data_class)
        held = keys.get(owner)
        if not held:
            raise AccessDenied(
                "vault.no_wrap_for_purpose",
                hint="never planned for this purpose, withdrawn, or erased",
                purpose=purpose,
            )
        place = (owner, value.kid, value.record)
        cipher = records.get(place)
        if cipher is None:
            cipher = records[place] = self._use(held, value.kid, owner).record(value.record)
        data = cipher.open(value.place, value.envelope)
        if value.type.startswith(FILE_TYPE):
            return FileKey.at(KeyMaterial(data), self._context(value))
        return value_type(value.type).read(data)

    def _use(self, held: _Keys, kid: bytes, owner: _Owner) -> FieldCipher:
        """Return the cipher of the key `kid`, unwrapped when it is first needed."""
        key = held.get(kid)
        if key is None:
            raise open_failed()
        if not isinstance(key, FieldCipher):
            key = held[kid] = self._cipher(self._unwrap(key), owner)
        return key

    def _context(self, value: Sealed) -> Context:
        return Context(
            tenant=self._ring.tenant, data_class=value.data_class, subject=value.subject,
            record=value.record, field=value.field, type=value.type, rev=value.rev,
        )  # fmt: skip

    def _cipher(self, key: DataKey, owner: _Owner) -> FieldCipher:
        return key.fields(
            tenant=self._ring.tenant, subject=owner[0], data_class=owner[1],
            entropy=self._tx.entropy,
        )  # fmt: skip

    def _make_key(self, owner: _Owner, purposes: Sequence[str]) -> FieldCipher:
        """Make a data key with one wrap for each of `purposes`, written before the commit."""
        key = DataKey.generate(self._tx.entropy, room=_MADE_ROOM)
        epoch, cipher = self._ring.current_epoch(), self._cipher(key, owner)
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
        self._minted_keys.setdefault(owner, []).append((key.kid, cipher, purposes))
        return cipher

    def _write_wraps(self) -> None:
        rows, self._pending = self._pending, []
        if rows:
            self._tx.insert(wrap_table, rows)
            if self._tx.clock.now() - self._tx.now > MAX_AGE or not self._ring.opens:
                self._check_epochs({row["epoch"] for row in rows})

    def _check_epochs(self, epochs: set[object]) -> None:
        """See that no epoch was destroyed while this transaction held its key for long.

        Whoever destroys one waits for who inserts wraps, and they for him: what is seen here
        stays so until the commit.
        """
        query = select(_KEY.epoch).where(
            _KEY.locality == self._tx.locality, _KEY.role == "kek", _KEY.epoch.in_(epochs)
        )
        if set(self._tx.read(query).scalars()) != epochs:
            raise self._ring.outdated()

    def _find_key(self, owner: _Owner) -> FieldCipher:
        """Find the newest data key through any purpose's wrap: sealing is nobody's purpose."""
        if owner[0] in self._minted:
            return self._make_key(owner, self._planned(owner[1]))
        row = self._tx.read(self._newest(owner).limit(1)).first()
        if row is None:
            return self._make_key(owner, self._planned(owner[1]))
        if self._is_due(row):
            return self._make_key(owner, self._purposes(owner))
        return self._cipher(self._unwrap(row, room=_FOUND_ROOM), owner)

    def _is_due(self, row: Row[Any]) -> bool:
        """Tell whether a new key takes the place of the one in `row` for what is sealed now."""
        oldest = max(write_instant(self._tx.now - DATA_KEY_AGE), self._ring.fresh_from)
        by_chance = self._tx.entropy.bytes(1) == b"\x00"
        return by_chance or row.created_at < oldest or not self._ring.opens

    def _planned(self, data_class: str) -> Sequence[str]:
        purposes = self._plan.get(data_class)
        if not purposes:
            raise SettingsError(
                "vault.class_unplanned",
                hint="name the class in a purpose of purposes.toml",
                data_class=data_class,
            )
        return purposes

    def _purposes(self, owner: _Owner) -> Sequence[str]:
        """Return the purposes that have the newest key: the next one takes back no withdrawal."""
        if owner in self._minted_keys:
            return self._minted_keys[owner][-1][2]
        rows = self._tx.read(self._newest(owner)).all()
        return [row.purpose for row in rows if row.kid == rows[0].kid]

    def _newest(self, owner: _Owner) -> Select[Any]:
        query = _WRAPS.where(
            _ROW.locality == self._tx.locality, _ROW.subject == owner[0],
            _ROW.data_class == owner[1],
        )  # fmt: skip
        return query.order_by(_ROW.created_at.desc(), _ROW.kid, _ROW.purpose)

    def _find_wraps(self, sealed: Iterable[Sealed], purpose: str) -> dict[_Owner, _Keys]:
        """Find the keys that `purpose` has now; nothing is remembered for another time."""
        owners = {(value.subject, value.data_class) for value in sealed}
        found: dict[_Owner, _Keys] = {}
        for owner in owners & self._minted_keys.keys():
            for kid, cipher, purposes in self._minted_keys[owner]:
                if purpose in purposes:
                    found.setdefault(owner, {})[kid] = cipher
        known = sorted(owner for owner in owners if owner[0] not in self._minted)
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

    def _unwrap(self, row: Row[Any], *, room: int = MESSAGE_CAP) -> DataKey:
        scope = WrapScope(row.subject, row.data_class, row.purpose)
        epoch = self._ring.epoch(row.epoch)
        return epoch.unwrap(bytes(row.wrapped), scope, bytes(row.kid), room=room)
