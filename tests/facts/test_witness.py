"""A witness signs what contains what it signed before, and nothing else."""

import threading
from collections.abc import Callable

import pytest
from attrs import frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from govinteract import Locality
from govinteract.facts import Answer, Checkpoint, Facts, Note, VerifierKey, Witness, WitnessKey
from govinteract.facts.bundle import ConsistencyProof
from govinteract.facts.cosignature import cosigned_at
from govinteract.facts.merkle import EMPTY_ROOT, consistency_proof, root_of
from govinteract.facts.witness import SIZE_TYPE
from govinteract.kernel import System
from tests.facts.test_tiles import LEAVES
from tests.support import Hands

ORIGIN = "govinteract/hang-xom"
LOG = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes([8]) * 32)
KEY = WitnessKey("govinteract/hoa-binh", SIGNER)


@frozen
class Neighbour:
    """A log of which every state can be shown."""

    leaves: tuple[bytes, ...] = tuple(LEAVES[:50])

    def point(self, size: int) -> Checkpoint:
        """Return the checkpoint of that size."""
        return Checkpoint(ORIGIN, size, root_of(self.leaves[:size]) if size else EMPTY_ROOT)

    def show(self, old: int, new: int, *, key: Ed25519PrivateKey = LOG) -> str:
        """Return the request that has `new` cosigned after `old`."""
        path = tuple(consistency_proof(old, self.leaves[:new]))
        note = self.point(new).sign(key)
        return ConsistencyProof(old_size=old, new_size=new, path=path, note=note).text


HONEST = Neighbour()
FORKED = Neighbour((bytes(32), *LEAVES[1:50]))


@pytest.fixture
def ask(ward: Locality) -> Callable[..., Answer]:
    """Return what asks the witness of a ward on each database, each time in a transaction."""

    def ask(body: str) -> Answer:
        with ward.acting_as(System("witness")) as tx:
            logs = [VerifierKey(ORIGIN, LOG.public_key())]
            return Witness(tx.transaction, tx.facts, KEY, logs).add_checkpoint(body)

    return ask


def test_a_growing_log_is_signed(ask: Callable[..., Answer]) -> None:
    """Each larger tree that contains the last one is signed, with the time."""
    for old, new in ((0, 1), (1, 7), (7, 7), (7, 8), (8, 50)):
        answer = ask(HONEST.show(old, new))
        assert answer.status == 200, answer
        note = Note.parse(HONEST.point(new).sign(LOG) + answer.text)
        assert cosigned_at(note, KEY.verifier) == Hands().at


def test_an_empty_log_is_signed(ask: Callable[..., Answer]) -> None:
    """A log may begin with nothing; nothing has one root only."""
    assert ask(HONEST.show(0, 0)).status == 200
    false = Checkpoint(ORIGIN, 0, bytes(32)).sign(LOG)
    assert ask(f"old 0\n\n{false}").status == 422
    assert ask(HONEST.show(0, 5)).status == 200


def test_a_fork_is_refused_and_kept_as_evidence(ask: Callable[..., Answer], ward: Locality) -> None:
    """Another tree of the signed size is refused; both signed notes become a fact, once."""
    assert ask(HONEST.show(0, 7)).status == 200
    for _again in range(2):
        assert ask(FORKED.show(7, 7)).status == 422
    assert ask(FORKED.show(7, 9)).status == 422
    assert ask(HONEST.show(7, 9)).status == 200
    with ward.acting_as(System("audit")) as tx:
        facts = [fact for batch in tx.facts.walk("fork:") for fact in batch]
    assert [fact.kind for fact in facts] == ["log.forked"]
    seen, shown = facts[0].data["seen"], facts[0].data["shown"]
    assert HONEST.point(7).text in seen
    assert FORKED.point(7).text in shown
    assert ward.verify().good


def test_a_rollback_is_refused(ask: Callable[..., Answer]) -> None:
    """A smaller tree is refused, whatever size it is said to follow."""
    assert ask(HONEST.show(0, 20)).status == 200
    assert ask(HONEST.show(0, 9)) == Answer(409, "20\n", SIZE_TYPE)
    assert ask(HONEST.show(9, 9)) == Answer(409, "20\n", SIZE_TYPE)
    assert ask(HONEST.show(20, 9).replace("old 0", "old 20")).status == 400
    assert ask(HONEST.show(20, 21)).status == 200


def test_a_proof_from_elsewhere_is_told_where_to_begin(ask: Callable[..., Answer]) -> None:
    """Who does not know what was signed last is told, as the specification says."""
    assert ask(HONEST.show(3, 9)) == Answer(409, "0\n", SIZE_TYPE)
    assert ask(HONEST.show(0, 9)).status == 200
    assert ask(HONEST.show(0, 12)) == Answer(409, "9\n", SIZE_TYPE)


def test_a_false_proof_is_refused(ask: Callable[..., Answer]) -> None:
    """A proof with a step changed, missing or too many is refused; the true one is taken."""
    assert ask(HONEST.show(0, 9)).status == 200
    true = HONEST.show(9, 30)
    lines = true.split("\n")
    for lines_ in (
        [lines[0], *lines[2:]],
        [*lines[:2], lines[1], *lines[2:]],
        [lines[0], lines[2], *lines[2:]],
    ):
        assert ask("\n".join(lines_)).status == 422
    assert ask(true).status == 200


def test_a_stranger_is_refused(ask: Callable[..., Answer]) -> None:
    """A log that is not looked after, and a checkpoint that its log did not sign, are refused."""
    stranger = Ed25519PrivateKey.generate()
    assert ask(HONEST.show(0, 5, key=stranger)).status == 403
    assert ask(HONEST.show(0, 5).replace(ORIGIN, "govinteract/la")).status == 404
    changed = HONEST.show(0, 5).replace("\n5\n", "\n6\n")
    assert ask(changed).status == 403
    assert ask(HONEST.show(0, 5)).status == 200


@pytest.mark.parametrize(
    "body",
    ["", "old 0", "old 0\n\n", "old 00\n\nx", "old -1\n\nx", "old 0\nAA==\n\nx", "new 0\n\nx",
     "old 0\n*\n\nx", "\n\n", "old 0\n" + "A" * 43 + "=\n" * 64 + "\n"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(ask: Callable[..., Answer], body: str) -> None:
    """A request that is not as the specification says changes nothing."""
    assert ask(body).status in {400, 404}
    assert ask(HONEST.show(0, 5)).status == 200


def test_the_last_checkpoint_is_shown(ward: Locality, ask: Callable[..., Answer]) -> None:
    """Who watches the log finds the last checkpoint with both signatures, by the origin's hash."""
    import hashlib

    name = hashlib.sha256(ORIGIN.encode()).hexdigest()

    def shown() -> str | None:
        with ward.acting_as(System("witness")) as tx:
            logs = [VerifierKey(ORIGIN, LOG.public_key())]
            return Witness(tx.transaction, tx.facts, KEY, logs).newest(name)

    assert shown() is None
    ask(HONEST.show(0, 5))
    ask(HONEST.show(5, 6))
    note = Note.parse(str(shown()))
    note.verify(VerifierKey(ORIGIN, LOG.public_key()))
    assert cosigned_at(note, KEY.verifier) == Hands().at
    assert Checkpoint.parse(note.text) == HONEST.point(6)


def test_two_requests_at_once_leave_one_truth(ward: Locality) -> None:
    """Whatever comes at once, the witness remembers the largest tree that it signed."""
    logs = [VerifierKey(ORIGIN, LOG.public_key())]
    signed: list[int] = []

    def work(sizes: range) -> None:
        for size in sizes:
            for _try in range(200):
                with ward.acting_as(System("witness")) as tx:
                    last = tx.transaction.read(text("select size from gi_witnessed")).scalar() or 0
                    if last >= size:
                        break
                    witness = Witness(tx.transaction, Facts(tx.transaction, tx.log_keys), KEY, logs)
                    answer = witness.add_checkpoint(HONEST.show(int(last), size))
                if answer.status == 200:
                    signed.append(size)
                    break
                assert answer.status == 409

    threads = [threading.Thread(target=work, args=(range(n, 50, 4),)) for n in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signed) == len(set(signed))
    with ward.acting_as(System("witness")) as tx:
        last = tx.transaction.read(text("select size from gi_witnessed")).scalar_one()
    assert last == max(signed) == 49
