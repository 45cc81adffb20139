"""Sealing and opening in one transaction.

Sealing needs no permit: whoever may write may seal, and learns nothing by it. Opening asks
for a permit of this transaction and for the wrap of its purpose. The door that calls it
(`tx.open`) commits the fact of opening before any plaintext is returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govinteract.errors import AccessDenied, CryptoError, SettingsError
from govinteract.vault.answer_box import AnswerBox
from govinteract.vault.blob import FILE_TYPE, FileKey, Sink, Source
from govinteract.vault.context import Context, Field, field_of
from govinteract.vault.data_keys import DataKeys, HeldKeys, Owner
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.personal import Personal
from govinteract.vault.sealed import Sealed
from govinteract.vault.value_types import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from govinteract.storage.transaction import Transaction
    from govinteract.vault.envelope import RecordCipher
    from govinteract.vault.keyring import KeyRing
    from govinteract.vault.permit import Permit

__all__ = ["Vault"]


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
        self._keys = DataKeys(tx, keyring, plan)

    @property
    def pending(self) -> bool:
        """Whether wraps wait for the commit: something was sealed, as good as written."""
        return self._keys.pending

    def new_subject(self) -> str:
        """Return the id of a new data subject: sealing for it reads nothing."""
        subject = self._tx.new_id()
        self._keys.mint(subject)
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
        self._keys.destroy(subjects, classes)

    def open(self, sealed: Sequence[Sealed], permit: Permit) -> list[Personal[Any]]:
        """Open `sealed` for the purpose of `permit`, in their order; all or none.

        Reads the wraps of all subjects in one query. Raises
        `AccessDenied("vault.permit_scope")` when the permit is of another transaction or
        does not cover a value, `("vault.no_wrap_for_purpose")` when the purpose has none
        (never had, or lost it by withdrawal or erasure), and
        `CryptoError("vault.open_failed")` whatever else is wrong.
        """
        owners = {(value.subject, value.data_class): value for value in sealed}
        if not all(permit.covers(value, self._tx) for value in owners.values()):
            raise AccessDenied(
                "vault.permit_scope", hint="ask the guard for a permit that covers all of them"
            )
        keys = self._keys.held(owners, permit.purpose)
        # Often thousands at once: what they share is looked up once.
        records: dict[tuple[str, str, str, bytes], RecordCipher] = {}
        readers: dict[str, Callable[[bytes], Any]] = {}
        opened = []
        for value in sealed:
            envelope, kind = value.envelope, value.type
            place = (value.subject, value.data_class, value.record, envelope[2:18])
            cipher = records.get(place)
            if cipher is None:
                cipher = records[place] = self._record(value, permit.purpose, keys)
            data = cipher.open(field_of(value.field, kind, value.rev), envelope)
            read = readers.get(kind) or self._reader(value, readers)
            opened.append(Personal(read(data)))
        return opened

    def _seal(self, data: bytes, owner: Owner, record: str, place: Field) -> Sealed:
        try:
            envelope = self._keys.sealing(owner).record(record).seal(place, data)
        except CryptoError as error:
            if error.code != "vault.key_worn":
                raise
            envelope = self._keys.replaced(owner).record(record).seal(place, data)
        return Sealed(
            envelope=envelope, subject=owner[0], data_class=owner[1], record=record,
            field=place.name, type=place.type, rev=place.rev,
        )  # fmt: skip

    def _record(self, value: Sealed, purpose: str, keys: Mapping[Owner, HeldKeys]) -> RecordCipher:
        """Return the cipher for the record of `value`, which names its data key."""
        owner = (value.subject, value.data_class)
        held = keys.get(owner)
        if not held:
            raise AccessDenied(
                "vault.no_wrap_for_purpose",
                hint="never planned for this purpose, withdrawn, or erased",
                purpose=purpose,
            )
        return self._keys.use(held, value.kid, owner).record(value.record)

    def _reader(
        self, value: Sealed, readers: dict[str, Callable[[bytes], Any]]
    ) -> Callable[[bytes], Any]:
        """Return what makes a value of its bytes, kept in `readers` where all share it."""
        if value.type.startswith(FILE_TYPE):  # a file's key is bound to its one place
            return lambda data: FileKey.at(KeyMaterial(data), self._context(value))
        return readers.setdefault(value.type, value_type(value.type).read)

    def _context(self, value: Sealed) -> Context:
        return Context(
            tenant=self._ring.tenant, data_class=value.data_class, subject=value.subject,
            record=value.record, field=value.field, type=value.type, rev=value.rev,
        )  # fmt: skip
