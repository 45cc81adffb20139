"""Having one's own log witnessed: sending checkpoints to neighbours and keeping their word.

A transaction reads the newest checkpoint and the proof from what the witness saw last, a
flow carries both over (C2SP tlog-witness), a transaction keeps the cosignature. A witness
that has seen a longer log than this one has shows that this log was set back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen
from sqlalchemy import delete, select

from govinteract.errors import ConflictError, CryptoError, GovInteractError, ProviderError
from govinteract.facts.cosignature import cosigned_at
from govinteract.facts.log import latest
from govinteract.facts.note import Note, VerifierKey, signature_line
from govinteract.facts.proofs import prove_consistency
from govinteract.facts.tables import cosignature_table
from govinteract.http import Limits, request, run
from govinteract.storage.schema import write_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    import httpx

    from govinteract.http import Flow
    from govinteract.storage.transaction import Transaction

__all__ = ["Asked", "KnownWitness", "ask_witnesses", "submit_checkpoint"]

_Begin: TypeAlias = "Callable[[], AbstractContextManager[Transaction]]"

_OK, _CONFLICT = 200, 409
_LIMITS: Final = Limits(total=15.0, body=65_536)
_ROW = cosignature_table.c


@frozen
class KnownWitness:
    """A witness of this log: its public key (kind 4) and the URL before `/add-checkpoint`."""

    key: VerifierKey
    url: str


@frozen
class Asked:
    """What came of asking one witness: up to which size it signed, or the error's code."""

    witness: str
    size: int
    error: str | None = None


def ask_witnesses(
    begin: _Begin, witnesses: Iterable[KnownWitness], client: httpx.Client
) -> list[Asked]:
    """Have the newest checkpoint cosigned by each of `witnesses`; commits what they sign.

    One that can't be reached, or refuses, does not hinder the others. `begin` opens a
    transaction; none is open while the network is used.
    """
    return [_ask(begin, witness, client) for witness in witnesses]


def submit_checkpoint(witness: KnownWitness, body: str) -> Flow[str]:
    """Send a checkpoint with its proof and return the cosignature lines.

    Raises `ConflictError("facts.witness_behind")` with the `size` from which the witness
    wants the proof, `ProviderError("facts.witness_refused")` when it refuses.
    """
    headers = {"content-type": "text/plain; charset=utf-8"}
    url = f"{witness.url.rstrip('/')}/add-checkpoint"
    answer = yield request("POST", url, headers=headers, content=body.encode())
    if answer.status_code == _OK:
        return answer.text
    size = answer.text.strip()
    if answer.status_code == _CONFLICT and size.isascii() and size.isdigit():
        raise ConflictError("facts.witness_behind", hint=witness.key.name, size=int(size))
    raise ProviderError("facts.witness_refused", hint=witness.key.name, status=answer.status_code)


def _ask(begin: _Begin, witness: KnownWitness, client: httpx.Client) -> Asked:
    with begin() as tx:
        signed = _signed_size(tx, witness)
    try:
        try:
            size = _exchange(begin, witness, client, signed)
        except ConflictError as error:  # it remembers more, or less, than this side does
            size = _exchange(begin, witness, client, int(str(error.params.get("size", 0))))
    except GovInteractError as error:
        return Asked(witness.key.name, signed, error.code)
    return Asked(witness.key.name, size)


def _exchange(begin: _Begin, witness: KnownWitness, client: httpx.Client, start: int) -> int:
    with begin() as tx:
        size = latest(tx).size
        if start > size:
            raise CryptoError("facts.log_set_back", hint=f"{witness.key.name} has seen {start}")
        if not size or _signed_size(tx, witness) == size:
            return size
        proof = prove_consistency(tx, start, size)
    lines = run(submit_checkpoint(witness, proof.text), client, limits=_LIMITS)
    note = Note.parse(proof.note + lines)
    if cosigned_at(note, witness.key) is None:
        raise ProviderError("facts.witness_refused", hint=witness.key.name, status=_OK)
    with begin() as tx:
        _keep(tx, witness, size, proof.note, note)
    return size


def _signed_size(tx: Transaction, witness: KnownWitness) -> int:
    query = select(_ROW.size).where(_ROW.locality == tx.locality, _ROW.witness == witness.key.name)
    return int(tx.read(query).scalar() or 0)


def _keep(tx: Transaction, witness: KnownWitness, size: int, note: str, signed: Note) -> None:
    mine = (_ROW.locality == tx.locality, _ROW.witness == witness.key.name)
    line = "".join(signature_line(witness.key, blob) for blob in signed.signatures(witness.key))
    tx.write(delete(cosignature_table).where(*mine))
    row = {
        "locality": tx.locality, "witness": witness.key.name, "size": size, "line": line,
        "note": note, "at": write_instant(tx.now),
    }  # fmt: skip
    tx.insert_if_absent(cosignature_table, row)
