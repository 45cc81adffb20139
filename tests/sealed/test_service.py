"""What the server does with sealed submissions: keeps, hands out, follows; opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve, frozen

from govinteract.errors import AccessDenied, ConflictError, GovInteractError, InputError, NotFound
from govinteract.kernel import Anonymous, Citizen, Officer, SystemEntropy
from govinteract.sealed import (
    Envelope,
    Place,
    Readers,
    ReaderSecret,
    Submissions,
    Suite,
    open_sealed,
    rewrap,
    seal,
)
from tests.support import OFFICER, make_ward
from tests.wards import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from govinteract import Locality
    from govinteract.acting import Acting

ENTROPY = SystemEntropy()
OLD, NEW = (ReaderSecret.generate(ENTROPY) for _ in range(2))
HOA = Officer("hoa", unit="thanh-tra", roles={"confidential"})
ID = "0192f0c1-2b3a-4c4d-8e5f-60718293a4b5"
TEXT = "Ông Khưu nhận tiền ở kho Phượng Vĩ."
ONCE = bytes(range(32))


@frozen
class Office:
    """A ward with a reader, and short ways to its verbs."""

    ward: Locality

    def box(self, tx: Acting) -> Submissions:
        """Return the submissions of a transaction."""
        return Submissions(tx.transaction, tx.facts, self.ward.keyring.fingerprint)

    def receive(self, envelope: Envelope, once: bytes = ONCE) -> str:
        """Send a submission as somebody who does not say who they are."""
        with self.ward.acting_as(Anonymous()) as tx:
            return self.box(tx).receive(envelope, once=once).shown

    def kinds(self, submission: str = ID) -> list[str]:
        """Return what is on record of a submission."""
        with self.ward.acting_as(HOA) as tx:
            return [fact.kind for fact in tx.facts.of(f"sealed:{submission}")]


def sealed(
    *secrets: ReaderSecret, submission: str = ID, tenant: str = "hoa-binh", text: str = TEXT
) -> Envelope:
    """Return `text` sealed to readers."""
    keys = [one.key for one in secrets or (OLD,)]
    return seal(text, keys, Place(tenant, submission), entropy=ENTROPY)


@pytest.fixture
def office(tmp_path: Path, new_database: Callable[..., str]) -> Iterator[Office]:
    """Return a ward in which the old reader is registered."""
    with make_ward(tmp_path, new_database(migrate)) as ward:
        with ward.acting_as(HOA) as tx:
            Readers(tx.transaction, tx.facts).register(OLD.key, name="Thanh tra phường")
        yield Office(ward)


def test_from_sending_to_reading(office: Office) -> None:
    """It is kept, followed by its code, handed out for the record, opened outside, closed."""
    code = office.receive(sealed())
    with office.ward.acting_as(Anonymous()) as tx:
        assert office.box(tx).find(code.lower()).state == "received"
    with office.ward.acting_as(HOA) as tx:
        envelope = office.box(tx).hand_out(ID, kid=OLD.key.kid.hex())
    assert open_sealed(envelope, OLD).reveal() == TEXT
    with office.ward.acting_as(HOA) as tx:
        assert office.box(tx).get(ID).state == "opened"
        office.box(tx).close(ID)
    with office.ward.acting_as(HOA) as tx:
        office.box(tx).hand_out(ID, kid=OLD.key.kid.hex())
    with office.ward.acting_as(Anonymous()) as tx:
        assert office.box(tx).find(code).state == "closed"
    assert office.kinds() == ["sealed.received", "sealed.opened", "sealed.closed", "sealed.opened"]
    assert office.ward.verify().good


def test_change_of_officer(office: Office) -> None:
    """The old reader re-wraps, the new one opens; nothing new is sealed to the retired key."""
    office.receive(sealed())
    with office.ward.acting_as(HOA) as tx:
        readers = Readers(tx.transaction, tx.facts)
        readers.register(NEW.key, name="Thanh tra mới")
        envelope = office.box(tx).hand_out(ID, kid=OLD.key.kid.hex())
        with pytest.raises(NotFound) as unknown:
            office.box(tx).hand_out(ID, kid=NEW.key.kid.hex())
        assert unknown.value.code == "sealed.not_sealed_to"
        office.box(tx).add_wrap(ID, rewrap(envelope, OLD, NEW.key, suite=Suite.CLASSIC))
        readers.retire(OLD.key.kid.hex())
    with office.ward.acting_as(HOA) as tx:
        assert open_sealed(office.box(tx).hand_out(ID, kid=NEW.key.kid.hex()), NEW).reveal() == TEXT
        assert [one.kid for one in Readers(tx.transaction, tx.facts).current()] == [
            NEW.key.kid.hex()
        ]
        kinds = [fact.kind for fact in tx.facts.of(f"reader:{OLD.key.kid.hex()}")]
    assert kinds == ["reader.registered", "reader.retired"]
    other = "0192f0c1-2b3a-4c4d-8e5f-000000000001"
    with pytest.raises(ConflictError) as changed:
        office.receive(sealed(OLD, submission=other), bytes(32))
    assert changed.value.code == "sealed.readers_changed"
    assert office.receive(sealed(NEW, submission=other), bytes(32))


def test_the_same_again_is_the_same(office: Office) -> None:
    """A repeated request has the same code; another content or secret under the id is refused."""
    envelope = sealed()
    assert office.receive(envelope) == office.receive(envelope)
    for other, once in ((sealed(text="Khác"), ONCE), (envelope, bytes(32))):
        with pytest.raises(ConflictError) as taken:
            office.receive(other, once)
        assert taken.value.code == "sealed.id_taken"
    assert office.kinds() == ["sealed.received"]


@pytest.mark.parametrize(
    "envelope",
    [
        evolve(sealed(), content=TEXT.encode()), evolve(sealed(), content=TEXT.encode() * 100),
        evolve(sealed(), wraps=()), evolve(sealed(), wraps=(TEXT.encode(),)),
        evolve(sealed(), wraps=sealed().wraps * 2), evolve(sealed(), content=bytes(4168 + 15)),
        sealed(tenant="phu-hoi"), sealed(submission="../../etc"), sealed(submission=ID.upper()),
    ],
)  # fmt: skip
def test_what_is_not_sealed_is_not_kept(office: Office, envelope: Envelope) -> None:
    """Bytes of another form than the format's, another tenant, no id; the true form is kept."""
    with pytest.raises(InputError) as malformed:
        office.receive(envelope)
    assert malformed.value.code == "sealed.malformed"
    with pytest.raises(InputError):
        office.receive(sealed(), bytes(31))
    assert office.kinds() == []
    assert office.receive(sealed())


def test_only_those_in_charge(office: Office) -> None:
    """Others list, fetch, close, re-wrap, erase and register nothing; who is in charge does."""
    office.receive(sealed())
    kid = OLD.key.kid.hex()
    verbs: list[Callable[[Acting], object]] = [
        lambda tx: office.box(tx).all(),
        lambda tx: office.box(tx).hand_out(ID, kid=kid),
        lambda tx: office.box(tx).close(ID),
        lambda tx: office.box(tx).add_wrap(ID, sealed(NEW).wraps[0]),
        lambda tx: Readers(tx.transaction, tx.facts).register(NEW.key, name="Thanh tra mới"),
        lambda tx: Readers(tx.transaction, tx.facts).retire(kid),
        lambda tx: office.box(tx).erase(ID),
    ]
    for actor in (Anonymous(), Citizen("c-1"), OFFICER):
        for verb in verbs:
            with pytest.raises(AccessDenied) as denied, office.ward.acting_as(actor) as tx:
                verb(tx)
            assert denied.value.code == "sealed.not_a_reader"
    assert office.kinds() == ["sealed.received"]
    for verb in (verbs[0], verbs[1], verbs[4], verbs[3], verbs[2], verbs[5], verbs[6]):
        with office.ward.acting_as(HOA) as tx:
            verb(tx)
    assert office.kinds()[-1] == "sealed.erased"


def test_unknown_is_told_alike(office: Office) -> None:
    """A code of nothing and what is no code have the same answer; the true one finds."""
    code = office.receive(sealed())
    for raw in ("00000-00000-00000-1EXA", "abc", ""):
        with pytest.raises(NotFound) as unknown, office.ward.acting_as(Anonymous()) as tx:
            office.box(tx).find(raw)
        assert unknown.value.code == "sealed.unknown"
    with office.ward.acting_as(Anonymous()) as tx:
        assert office.box(tx).find(code).id == ID


def test_a_wrap_is_taken_once_and_for_readers_in_use(office: Office) -> None:
    """For an unknown key, or one that it is sealed to already, it is refused."""
    office.receive(sealed())
    for wrap, code in (
        (sealed(NEW).wraps[0], "sealed.reader_unknown"),
        (sealed().wraps[0], "sealed.wrapped_already"),
        (b"S", "sealed.malformed"),
    ):  # fmt: skip
        with pytest.raises(GovInteractError) as refused, office.ward.acting_as(HOA) as tx:
            office.box(tx).add_wrap(ID, wrap)
        assert refused.value.code == code


def test_a_key_is_registered_once(office: Office) -> None:
    """The same key again is refused, and a key that is not known can't be retired."""
    with pytest.raises(ConflictError) as known, office.ward.acting_as(HOA) as tx:
        Readers(tx.transaction, tx.facts).register(OLD.key, name="Lần nữa")
    assert known.value.code == "sealed.key_known"
    with pytest.raises(NotFound) as unknown, office.ward.acting_as(HOA) as tx:
        Readers(tx.transaction, tx.facts).retire(NEW.key.kid.hex())
    assert unknown.value.code == "sealed.reader_unknown"


def test_erasing_leaves_only_that_it_was(office: Office) -> None:
    """Content and wraps are gone from the tables; the code says so; nothing more is done to it."""
    envelope = sealed()
    code = office.receive(envelope)
    with office.ward.acting_as(HOA) as tx:
        office.box(tx).erase(ID)
    with office.ward.acting_as(HOA) as tx:
        found = office.box(tx).find(code)
        assert (found.state, found.readers) == ("erased", ())
        for verb in (office.box(tx).close, office.box(tx).erase):
            with pytest.raises(NotFound):
                verb(ID)
    assert office.receive(envelope) == code
    assert office.kinds() == ["sealed.received", "sealed.erased"]
