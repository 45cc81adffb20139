"""What a locality hands out as `tx`: one actor's transaction with all rooms in it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from govinteract.attest import Statements
from govinteract.consent import Openings, Poison
from govinteract.consent.openings import OPENINGS
from govinteract.errors import AccessDenied
from govinteract.facts import Facts, LogKeys, VerifierKey, Witness, WitnessKey
from govinteract.feedback import Feedback, Files, Holdings, Recorder, Rules
from govinteract.outbox import Outbox
from govinteract.subjects import Subjects
from govinteract.vault import BlindStore, Vault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govinteract.consent import Opening
    from govinteract.feedback import StoredPhoto
    from govinteract.locality import Locality
    from govinteract.storage import Transaction
    from govinteract.vault import Personal, Sealed

__all__ = ["Acting"]


class Acting:
    """One actor, one purpose, one commit; the rooms are made when they are first used."""

    def __init__(self, transaction: Transaction, locality: Locality) -> None:
        self.transaction = transaction
        self._locality = locality

    def open(self, sealed: Sealed) -> Personal[Any]:
        """Open one sealed value; see `open_all`."""
        return self.open_all([sealed])[0]

    def open_all(self, sealed: Sequence[Sealed]) -> list[Personal[Any]]:
        """Open personal data for this transaction's purpose, in the order of `sealed`.

        The fact that they were opened (`data.opened`, one for all of them) is committed
        before plaintext is returned, whatever becomes of the rest. Raises `AccessDenied`
        when the purpose or the actor does not allow it, or when this transaction has
        written already: open first, then write, so that no rollback can hide a look.
        """
        if not sealed:
            return []
        tx = self.transaction
        if tx.wrote or self.vault.pending:
            raise AccessDenied("vault.open_after_write", hint="open before the first write")
        permit = self._locality.guard.permit(
            tx.actor,
            tx.purpose,
            sealed,
            transaction=tx,
            own=self.feedback.own_subjects | self.files.own_subjects,
        )
        body = {
            "purpose": permit.purpose,
            "basis": permit.basis,
            "fields": [[s.subject, s.data_class, s.record, s.field, s.rev] for s in sealed],
        }
        fact = self.facts.append(f"{OPENINGS}{tx.new_id()}", 1, "data.opened", body)
        self.openings.record(fact, body)
        self.poison.watch(fact, {s.subject for s in sealed})
        tx.commit_opening()
        return self.vault.open(sealed, permit)

    def open_photo(self, photo: StoredPhoto) -> bytes:
        """Open a stored photo and return its JPEG bytes; recorded as `open_all` records."""
        key = self.open(photo.key).reveal()
        content: bytes = key.open_bytes(photo.content)
        return content

    def openings_of(self, subject: str) -> list[Opening]:
        """Return who opened what of `subject`'s data, for what and why, the newest first.

        People see their own (a case's subjects once its code was shown), officers with the
        role "auditor" everybody's. Raises `AccessDenied("consent.not_own")`.
        """
        own = self.feedback.own_subjects | self.files.own_subjects
        self._locality.guard.check_listing(self.transaction.actor, subject, own=own)
        return self.openings.of(subject)

    @cached_property
    def openings(self) -> Openings:
        """Who opened what, by person."""
        return Openings(self.transaction)

    @cached_property
    def poison(self) -> Poison:
        """Bait among the records, and the alarm when somebody opens it."""
        return Poison(
            self.transaction,
            self.facts,
            self.outbox,
            fingerprint=self._locality.keyring.fingerprint,
            listeners=self._listeners,
        )

    @cached_property
    def statements(self) -> Statements:
        """Receipts and certificates that people carry."""
        locality = self._locality
        key = locality.keyring.signer("statement")
        return Statements(self.transaction, self.facts, key, issuer=locality.origin)

    @cached_property
    def witness(self) -> Witness:
        """This locality as a witness of the logs that its settings name."""
        logs = map(VerifierKey.parse, self._locality.settings.witnessed_logs)
        return Witness(self.transaction, self.facts, self.witness_key, logs)

    @property
    def witness_key(self) -> WitnessKey:
        """The name and key under which this locality cosigns others' logs."""
        return WitnessKey(self._locality.origin, self._locality.keyring.signer("witness"))

    @cached_property
    def facts(self) -> Facts:
        """What happened."""
        return Facts(self.transaction, self.log_keys)

    @cached_property
    def vault(self) -> Vault:
        """Sealing, and opening with a permit."""
        locality = self._locality
        return Vault(self.transaction, locality.keyring, locality.purposes.plan())

    @cached_property
    def outbox(self) -> Outbox:
        """What leaves after the commit."""
        return Outbox(self.transaction)

    @cached_property
    def feedback(self) -> Feedback:
        """Reports and their answers."""
        return Feedback(self._recorder, self.files, door=self.open_all)

    @cached_property
    def files(self) -> Files:
        """Photos and drafts."""
        return Files(self._recorder)

    @cached_property
    def holdings(self) -> Holdings:
        """What the cases hold of people."""
        return Holdings(self._recorder)

    @cached_property
    def subjects(self) -> Subjects:
        """Holding, erasing and handing over all there is of a person."""
        return Subjects(
            self.transaction, self.facts, self.vault, holders=(self.holdings,),
            fingerprint=self._locality.keyring.fingerprint,
            own=lambda: self.feedback.own_subjects | self.files.own_subjects,
        )  # fmt: skip

    @cached_property
    def log_keys(self) -> LogKeys:
        """The keys of this locality's log."""
        return self._locality.keyring.log_keys()

    @cached_property
    def _recorder(self) -> Recorder:
        locality = self._locality
        rules = Rules(
            catalogue=locality.catalogue, workflow=locality.workflow, calendar=locality.calendar,
            region=locality.pack.country, fingerprint=locality.keyring.fingerprint,
            listeners=self._listeners,
        )  # fmt: skip
        blind = BlindStore(self.transaction, locality.keyring.keyed_hash, locality.contact_indexes)
        return Recorder(self.transaction, self.facts, self.vault, self.outbox, rules, blind)

    @property
    def _listeners(self) -> tuple[str, ...]:
        return tuple(webhook.name for webhook in self._locality.settings.webhooks)
