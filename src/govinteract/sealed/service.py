"""Taking in sealed submissions, handing them to readers, and following them by a code."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from sqlalchemy import delete, select, update

from govinteract.errors import ConflictError, InputError, NotFound
from govinteract.kernel import CaseCode
from govinteract.sealed.format import Envelope, Place, read_header
from govinteract.sealed.model import State, Submission
from govinteract.sealed.readers import Readers, require_reader
from govinteract.sealed.tables import sealed_submission_table, sealed_wrap_table
from govinteract.storage import read_instant, write_instant

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Mapping

    from sqlalchemy import ColumnElement

    from govinteract.facts import Facts
    from govinteract.storage import Transaction

__all__ = ["ONCE_BYTES", "Submissions"]

ONCE_BYTES = 32
"""Bytes of the secret that a client draws for one submission; its code is made from it."""

_ROW, _WRAP = sealed_submission_table.c, sealed_wrap_table.c
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@frozen
class _Drawn:
    """Gives bytes that were drawn before, so that a repeated request has the same code."""

    data: builtins.bytes = field(repr=False)

    def bytes(self, n: int) -> builtins.bytes:
        return self.data[:n]


class Submissions:
    """The sealed submissions of one transaction's locality.

    `fingerprint(label, data)` is the tenant's keyed hash. What happened to a submission
    stands as facts on its stream, `sealed:<id>`: `sealed.received`, `sealed.opened` (it was
    handed to a reader), `sealed.rewrapped`, `sealed.closed`, `sealed.erased`.
    """

    def __init__(
        self, tx: Transaction, facts: Facts, fingerprint: Callable[[str, bytes], bytes]
    ) -> None:
        self._tx = tx
        self._facts = facts
        self._fingerprint = fingerprint
        self._readers = Readers(tx, facts)

    def receive(self, envelope: Envelope, *, once: bytes) -> CaseCode:
        """Keep a submission and return the code by which it is followed.

        `once` is 32 random bytes of the client, which are not kept: the same again gives the
        same code. Raises `InputError("sealed.malformed")` for what is not sealed,
        `ConflictError("sealed.readers_changed")` when it is sealed to a key that is not in
        use (seal it anew), `ConflictError("sealed.id_taken")`.
        """
        envelope.check()
        tx, place = self._tx, envelope.place
        if place.tenant != tx.locality or not _ID.fullmatch(place.id) or len(once) != ONCE_BYTES:
            raise InputError("sealed.malformed", hint="tenant, a UUID, and 32 bytes as once")
        code = CaseCode.new(_Drawn(self._fingerprint("sealed-code", once)))
        kids = {read_header(wrap)[0].hex(): wrap for wrap in envelope.wraps}
        row = {
            "locality": tx.locality, "id": place.id, "seq": 1, "code_hash": self._hash(code),
            "content": envelope.content, "state": State.RECEIVED,
            "submitted_at": write_instant(tx.now), "updated_at": write_instant(tx.now),
        }  # fmt: skip
        if not tx.insert_if_absent(sealed_submission_table, row):
            self._check_same(row)
            return code
        if not kids.keys() <= {reader.kid for reader in self._readers.current()}:
            raise ConflictError("sealed.readers_changed", hint="seal it to the current readers")
        self._add_wraps(place.id, kids)
        digest = hashlib.sha256(envelope.content).hexdigest()
        self._record(place.id, 1, "sealed.received", {"content": digest, **_digests(kids)})
        return code

    def find(self, raw_code: str) -> Submission:
        """Return the submission that a code follows.

        Raises `NotFound("sealed.unknown")`, for a code that is no code too.
        """
        try:
            digest = self._hash(CaseCode.parse(raw_code))
        except InputError as error:
            raise _unknown() from error
        return self._one(_ROW.code_hash == digest)

    def get(self, submission_id: str) -> Submission:
        """Return a submission by its id; raises `NotFound("sealed.unknown")`."""
        return self._one(_ROW.id == submission_id)

    def all(self) -> list[Submission]:
        """Return all submissions, the newest first; for readers alone."""
        require_reader(self._tx)
        return self._some()

    def hand_out(self, submission_id: str, *, kid: str) -> Envelope:
        """Return the sealed bytes for the reader `kid`, whose side alone can open them.

        Records `sealed.opened` first and commits it with this transaction: fetch what you
        read in a transaction of its own. Raises `AccessDenied("sealed.not_a_reader")`, and
        `NotFound` `sealed.unknown` or, where it is not sealed to `kid`, `sealed.not_sealed_to`.
        """
        require_reader(self._tx)
        found = self.get(submission_id)
        mine = (_WRAP.locality == self._tx.locality, _WRAP.submission == found.id)
        wraps = select(_WRAP.wrap).where(*mine, _WRAP.kid == kid)
        wrap = self._tx.read(wraps).scalar()
        if wrap is None:
            raise NotFound("sealed.not_sealed_to", hint="have another reader re-wrap it")
        content = self._tx.read(select(_ROW.content).where(*self._key(found.id))).scalar_one()
        state = State.OPENED if found.state == State.RECEIVED else found.state
        self._move(found, state, "sealed.opened", {"reader": kid})
        place = Place(self._tx.locality, found.id)
        return Envelope(place=place, content=bytes(content), wraps=(bytes(wrap),))

    def add_wrap(self, submission_id: str, wrap: bytes) -> None:
        """Keep a wrap that a reader made for a further reader; records `sealed.rewrapped`.

        Raises `InputError("sealed.malformed")`, `NotFound("sealed.reader_unknown")` when it
        is for a key that is not in use, `ConflictError("sealed.wrapped_already")`.
        """
        require_reader(self._tx)
        kid = read_header(wrap)[0].hex()
        self._readers.get(kid)
        found = self.get(submission_id)
        if kid in found.readers:
            raise ConflictError("sealed.wrapped_already", hint="that reader can open it")
        self._add_wraps(found.id, {kid: wrap})
        self._move(found, found.state, "sealed.rewrapped", _digests({kid: wrap}))

    def close(self, submission_id: str) -> None:
        """Say that it is done with; records `sealed.closed`."""
        require_reader(self._tx)
        self._move(self.get(submission_id), State.CLOSED, "sealed.closed", {})

    def erase(self, submission_id: str) -> None:
        """Delete content and wraps, keep that it was there; records `sealed.erased`.

        Call `Locality.scrub` after the commit.
        """
        require_reader(self._tx)
        found = self.get(submission_id)
        mine = (_WRAP.locality == self._tx.locality, _WRAP.submission == found.id)
        self._tx.write(delete(sealed_wrap_table).where(*mine))
        self._move(found, State.ERASED, "sealed.erased", {}, content=None)

    def _check_same(self, row: Mapping[str, Any]) -> None:
        """See that the submission that stands already is this one, sent again."""
        query = select(_ROW.code_hash, _ROW.content).where(*self._key(row["id"]))
        stands = self._tx.read(query).one()
        same = stands.content is None or bytes(stands.content) == row["content"]
        if not same or not hmac.compare_digest(bytes(stands.code_hash), row["code_hash"]):
            raise ConflictError("sealed.id_taken", hint="draw a new id and seal it anew")

    def _move(
        self, found: Submission, state: str, kind: str, body: dict[str, Any], **values: None
    ) -> None:
        if found.state == State.ERASED:
            raise _unknown()
        seq = len(self._facts.of(_stream(found.id))) + 1
        changed = {"seq": seq, "state": state, "updated_at": write_instant(self._tx.now), **values}
        change = update(sealed_submission_table).where(*self._key(found.id))
        self._tx.write(change.values(**changed))
        self._record(found.id, seq, kind, body)

    def _add_wraps(self, submission_id: str, wraps: Mapping[str, bytes]) -> None:
        row = {"locality": self._tx.locality, "submission": submission_id}
        at = write_instant(self._tx.now)
        rows = [{**row, "kid": kid, "wrap": wrap, "added_at": at} for kid, wrap in wraps.items()]
        self._tx.insert(sealed_wrap_table, rows)

    def _one(self, condition: ColumnElement[bool]) -> Submission:
        found = self._some(condition)
        if not found:
            raise _unknown()
        return found[0]

    def _some(self, *conditions: ColumnElement[bool]) -> list[Submission]:
        mine = (_ROW.locality == self._tx.locality, *conditions)
        columns = (_ROW.id, _ROW.state, _ROW.submitted_at, _ROW.updated_at)
        query = select(*columns).where(*mine).order_by(_ROW.submitted_at.desc(), _ROW.id)
        rows = self._tx.read(query).mappings().all()
        kids: dict[str, list[str]] = {row["id"]: [] for row in rows}
        wraps = select(_WRAP.submission, _WRAP.kid).where(_WRAP.locality == self._tx.locality)
        if conditions:
            wraps = wraps.where(_WRAP.submission.in_(kids))
        for wrap in self._tx.read(wraps.order_by(_WRAP.added_at, _WRAP.kid)).mappings():
            kids[wrap["submission"]].append(wrap["kid"])
        return [_submission(row, tuple(kids[row["id"]])) for row in rows]

    def _key(self, submission_id: str) -> tuple[ColumnElement[bool], ...]:
        return (_ROW.locality == self._tx.locality, _ROW.id == submission_id)

    def _hash(self, code: CaseCode) -> bytes:
        return self._fingerprint("sealed-lookup", code.text.encode())

    def _record(self, submission_id: str, seq: int, kind: str, body: dict[str, Any]) -> None:
        self._facts.append(_stream(submission_id), seq, kind, body)


def _submission(row: Mapping[Any, Any], readers: tuple[str, ...]) -> Submission:
    return Submission(
        id=row["id"], state=row["state"], submitted_at=read_instant(row["submitted_at"]),
        updated_at=read_instant(row["updated_at"]), readers=readers,
    )  # fmt: skip


def _digests(wraps: Mapping[str, bytes]) -> dict[str, Any]:
    """Return which reader has which wrap, as facts hold it."""
    return {"wraps": {kid: hashlib.sha256(wrap).hexdigest() for kid, wrap in wraps.items()}}


def _stream(submission_id: str) -> str:
    return f"sealed:{submission_id}"


def _unknown() -> NotFound:
    return NotFound("sealed.unknown", hint="unknown, or not yours")
