"""Being a witness of other localities' logs: C2SP tlog-witness, `add-checkpoint`.

A witness remembers of each log the last checkpoint that it signed. It signs another only
when that one contains it, so that a log which shows different trees to different people,
or takes something back, is refused here and found out. What is answered is HTTP, as the
specification says; `web/log.py` carries it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen
from sqlalchemy import select, update

from govinteract.errors import CryptoError, InputError
from govinteract.facts.checkpoint import Checkpoint, origin_of, read_note
from govinteract.facts.cosignature import cosign
from govinteract.facts.merkle import EMPTY_ROOT, verify_consistency
from govinteract.facts.note import COSIGNATURE, Note, VerifierKey, signature_line
from govinteract.facts.tables import witnessed_table
from govinteract.storage.schema import write_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy import ColumnElement, Row

    from govinteract.facts.service import Facts
    from govinteract.storage.transaction import Transaction

__all__ = ["SIZE_TYPE", "Answer", "Witness", "WitnessKey"]

SIZE_TYPE: Final = "text/x.tlog.size"
"""The content type in which a witness says up to which size it has signed."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")
_MOST_STEPS = 63
_HASH_BYTES = 32
_OK, _BAD, _FORBIDDEN, _UNKNOWN, _CONFLICT, _WRONG = 200, 400, 403, 404, 409, 422
_ROW = witnessed_table.c
_log = logging.getLogger("govinteract.facts")


@frozen
class WitnessKey:
    """The name under which a locality cosigns, and its key for nothing else."""

    name: str
    signer: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier(self) -> VerifierKey:
        """The public key under its name: what those who trust this witness are given."""
        return VerifierKey(self.name, self.signer.public_key(), COSIGNATURE)


@frozen
class Answer:
    """What a witness answers: an HTTP status, a text, its content type."""

    status: int
    text: str = ""
    content_type: str = "text/plain; charset=utf-8"


@frozen
class _Submission:
    old: int
    path: tuple[bytes, ...]
    note: str


class Witness:
    """The witness of one transaction's locality; `logs` are the logs that it looks after."""

    def __init__(
        self, tx: Transaction, facts: Facts, key: WitnessKey, logs: Iterable[VerifierKey]
    ) -> None:
        self._tx = tx
        self._facts = facts
        self._key = key
        self._logs = {log.name: log for log in logs}

    def add_checkpoint(self, body: str) -> Answer:
        """Take a log's new checkpoint with the proof that it contains the last one.

        Answers 200 with the cosignature, which commits with what is remembered; 409 with
        the remembered size where the proof begins elsewhere; 400, 403, 404 and 422 as the
        specification says. Two checkpoints of one size and different roots are a fork: the
        first such pair of a log is recorded as a fact (`log.forked`), both notes in it.
        """
        try:
            asked = _read(body)
        except InputError as error:
            return Answer(_BAD, f"{error.hint}\n")
        log = self._logs.get(origin_of(asked.note))
        if log is None:
            return Answer(_UNKNOWN, "this witness does not look after that log\n")
        try:
            point = read_note(asked.note, log)
        except CryptoError:
            return Answer(_FORBIDDEN, "the log's key did not sign this checkpoint\n")
        if asked.old > point.size:
            return Answer(_BAD, "the old size is larger than the checkpoint\n")
        return self._add(asked, point)

    def newest(self, origin_hash: str) -> str | None:
        """Return the last checkpoint signed of the log whose origin has this SHA-256 (hex)."""
        for origin in self._logs:
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                query = select(_ROW.note).where(*self._of(origin))
                note = self._tx.read(query).scalar()
                return None if note is None else str(note)
        return None

    def _of(self, origin: str) -> tuple[ColumnElement[bool], ...]:
        return (_ROW.locality == self._tx.locality, _ROW.origin == origin)

    def _add(self, asked: _Submission, point: Checkpoint) -> Answer:
        query = select(_ROW.size, _ROW.root, _ROW.note).where(*self._of(point.origin))
        last = self._tx.read_locked(query).first()
        size = last.size if last else 0
        if asked.old != size:
            return Answer(_CONFLICT, f"{size}\n", SIZE_TYPE)
        root = bytes(last.root) if last else EMPTY_ROOT
        if not verify_consistency(size, point.size, asked.path, root, point.root):
            self._refuse(asked, point, last)
            return Answer(_WRONG, "this does not contain what was signed before\n")
        line = cosign(point.text, name=self._key.name, key=self._key.signer, at=self._tx.now)
        if not self._remember(point, asked.note, line, known=last is not None):
            return Answer(_CONFLICT, f"{size}\n", SIZE_TYPE)
        return Answer(_OK, line)

    def _remember(self, point: Checkpoint, note: str, line: str, *, known: bool) -> bool:
        log = self._logs[point.origin]
        own = "".join(signature_line(log, blob) for blob in Note.parse(note).signatures(log))
        values = {
            "size": point.size, "root": point.root, "note": f"{point.text}\n{own}{line}",
            "at": write_instant(self._tx.now),
        }  # fmt: skip
        if known:
            self._tx.write(update(witnessed_table).where(*self._of(point.origin)).values(values))
            return True
        key = {"locality": self._tx.locality, "origin": point.origin}
        return self._tx.insert_if_absent(witnessed_table, {**key, **values})

    def _refuse(self, asked: _Submission, point: Checkpoint, last: Row[Any] | None) -> None:
        """Keep the evidence where the log signed two trees of one size."""
        _log.warning("witness: %s showed what does not contain its last checkpoint", point.origin)
        if last is None or last.size != point.size:
            return
        stream = f"fork:{hashlib.sha256(point.origin.encode()).hexdigest()[:32]}"
        if not self._facts.streams([stream]):
            body = {"origin": point.origin, "seen": last.note, "shown": asked.note}
            self._facts.append(stream, 1, "log.forked", body)


def _read(body: str) -> _Submission:
    head, empty, note = body.partition("\n\n")
    old, *steps = head.split("\n")
    found = _OLD.fullmatch(old)
    try:
        path = tuple(base64.b64decode(step, validate=True) for step in steps)
    except binascii.Error as error:
        raise _bad() from error
    well_sized = len(path) <= _MOST_STEPS and all(len(step) == _HASH_BYTES for step in path)
    if not empty or found is None or not well_sized:
        raise _bad()
    return _Submission(int(found[1]), path, note)


def _bad() -> InputError:
    return InputError("facts.witness_request", hint="old SIZE, proof lines, an empty line, a note")
