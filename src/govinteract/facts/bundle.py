"""A fact and the proof that it is in the log, as one text that needs nothing else.

C2SP tlog-proof: the row's bytes (`extra`), the index, the path, and the signed checkpoint
with the cosignatures of witnesses. Who has the log's public key checks it without a
network and without a database (`offline.py`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Final, Self

from attrs import field, frozen

from govinteract.errors import CryptoError
from govinteract.facts.model import Fact

__all__ = ["ConsistencyProof", "InclusionProof"]

_TITLE: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")
_HASH_BYTES = 32
_MOST_STEPS = 63
_MOST_CHARACTERS = 8_000_000


@frozen(kw_only=True)
class InclusionProof:
    """That the fact with the bytes `row` is leaf `index` of the tree that `note` signs."""

    row: bytes = field(repr=False)
    index: int
    path: tuple[bytes, ...] = field(repr=False)
    note: str = field(repr=False)

    @property
    def leaf(self) -> bytes:
        """The leaf hash (RFC 9162 section 2.1.1)."""
        return hashlib.sha256(b"\x00" + self.row).digest()

    @property
    def fact(self) -> Fact:
        """What is proven; raises `CryptoError("facts.row_invalid")`."""
        return Fact.from_row(self.row)

    @property
    def text(self) -> str:
        """The proof as tlog-proof text; its files end in `.tlog-proof`."""
        extra = f"{_EXTRA}{base64.b64encode(self.row).decode()}"
        lines = [_TITLE, extra, f"index {self.index}", *map(_base64, self.path)]
        return "\n".join([*lines, "", self.note])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text` wrote; raises `CryptoError("facts.proof_invalid")`.

        Nothing is checked but the form; `verify_inclusion_proof` checks.
        """
        head, empty, note = text[:_MOST_CHARACTERS].partition("\n\n")
        title, extra, index, *path = [*head.split("\n"), "", ""]
        place = _INDEX.fullmatch(index)
        if not empty or title != _TITLE or not extra.startswith(_EXTRA) or not place:
            raise _invalid()
        try:
            row = base64.b64decode(extra.removeprefix(_EXTRA), validate=True)
            steps = tuple(base64.b64decode(step, validate=True) for step in path if step)
        except (binascii.Error, ValueError) as error:
            raise _invalid() from error
        proof = cls(row=row, index=int(place[1]), path=steps, note=note)
        well_sized = len(steps) <= _MOST_STEPS and all(len(step) == _HASH_BYTES for step in steps)
        if not well_sized or proof.text != text:
            raise _invalid()
        return proof


@frozen(kw_only=True)
class ConsistencyProof:
    """That the first `old_size` leaves begin the tree of `new_size`, whose note is `note`."""

    old_size: int
    new_size: int
    path: tuple[bytes, ...] = field(repr=False)
    note: str = field(repr=False)

    @property
    def text(self) -> str:
        """The proof as a witness takes it (C2SP tlog-witness, section "add-checkpoint")."""
        return "\n".join([f"old {self.old_size}", *map(_base64, self.path), "", self.note])


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _invalid() -> CryptoError:
    return CryptoError("facts.proof_invalid", hint="not a proof of this log, or changed since")
