"""Sealed submissions: confidential reports that only an office's own keys open.

secret = ReaderSecret.generate(entropy)              # at the office, never on the server
with ward.acting_as(officer) as tx:
    Readers(tx.transaction, tx.facts).register(secret.key, name="Thanh tra phường")

envelope = seal("...", [secret.key], Place("hoa-binh", submission_id), entropy=entropy)
with ward.acting_as(Anonymous()) as tx:              # the page does both by JavaScript
    box = Submissions(tx.transaction, tx.facts, ward.keyring.fingerprint)
    code = box.receive(envelope, once=entropy.bytes(32))
"""

from govinteract.sealed.format import Envelope, Place, Suite, open_sealed, rewrap, seal
from govinteract.sealed.model import Reader, State, Submission
from govinteract.sealed.reader_key import ReaderKey, ReaderSecret
from govinteract.sealed.readers import Readers
from govinteract.sealed.service import Submissions

__all__ = [
    "Envelope",
    "Place",
    "Reader",
    "ReaderKey",
    "ReaderSecret",
    "Readers",
    "State",
    "Submission",
    "Submissions",
    "Suite",
    "open_sealed",
    "rewrap",
    "seal",
]
