"""The certificate of an erasure: what was destroyed, when, on which basis, and its proof.

It proves that the destruction was recorded, and when; it can't prove that no other copy
exists. What bounds the life of backups is said in it: they die with the keys of the epochs
that it names.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Protocol, Self

from attrs import asdict, frozen

from govinteract.errors import NotFound
from govinteract.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govinteract.facts import Fact, Facts

__all__ = ["FORMAT", "ErasureCertificate", "Issuer", "certificate_of", "sign_certificate"]

FORMAT = "gi/erasure/v1"
_KINDS = {"subject.erased", "subject.anonymised"}


class Issuer(Protocol):
    """Who signs statements (`govinteract.attest.Statements`)."""

    def issue(self, kind: str, subject_ref: str, claims: Mapping[str, Any]) -> str:
        """Sign what is stated now and return its text."""
        ...


@frozen(kw_only=True)
class ErasureCertificate:
    """What a statement about an erasure says; `canonical` are the bytes to sign.

    `leaf` is the hash of the fact in the log (hex): an inclusion proof leads from it to a
    signed checkpoint. `wraps` are the SHA-256 of each destroyed wrap.
    """

    locality: str
    stream: str
    seq: int
    kind: str
    at: str
    actor: str
    basis: str
    subject: str
    kids: tuple[str, ...]
    wraps: tuple[str, ...]
    epochs: tuple[int, ...]
    classes: tuple[str, ...]
    leaf: str

    @classmethod
    def from_fact(cls, fact: Fact) -> Self:
        """Read it from the fact of the erasure."""
        data = fact.data
        lists: dict[str, Any] = {
            name: tuple(data[name]) for name in ("kids", "wraps", "epochs", "classes")
        }
        return cls(
            locality=fact.locality, stream=fact.stream, seq=fact.seq, kind=fact.kind, at=fact.at,
            actor=fact.actor, basis=data["basis"], subject=data["subject"],
            leaf=fact.leaf().hex(), **lists,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the claims as a program reads them."""
        claims = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
        return {"format": FORMAT, **claims}

    def canonical(self) -> bytes:
        """Return the one spelling of the claims (RFC 8785)."""
        return canonical_json(self.to_json()).encode()


def sign_certificate(certificate: ErasureCertificate, issuer: Issuer) -> str:
    """Return the signed statement (`erasure.certificate`), short enough for a QR.

    It names the fact and its leaf in the log, and the SHA-256 of `canonical`, which the
    person gets beside it. Records `statement.issued`; commits with the erasure.
    """
    claims = {
        "fact": f"{certificate.stream}#{certificate.seq}", "at": certificate.at,
        "basis": certificate.basis, "keys": len(certificate.kids),
        "wraps": len(certificate.wraps), "epochs": list(certificate.epochs),
        "leaf": certificate.leaf,
        "certificate": hashlib.sha256(certificate.canonical()).hexdigest(),
    }  # fmt: skip
    return issuer.issue("erasure.certificate", certificate.subject, claims)


def certificate_of(facts: Facts, stream: str, seq: int) -> ErasureCertificate:
    """Return the certificate of the erasure recorded as the `seq`-th fact of `stream`.

    Raises `NotFound("subjects.erasure_unknown")`.
    """
    for fact in facts.of(stream):
        if fact.seq == seq and fact.kind in _KINDS:
            return ErasureCertificate.from_fact(fact)
    raise NotFound("subjects.erasure_unknown", hint="stream and seq as `subject erase` printed")
