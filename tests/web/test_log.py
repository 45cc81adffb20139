"""The log is there for others to read, and neighbours witness each other's."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from attrs import frozen
from sqlalchemy import text

from govinteract import Locality
from govinteract.facts import Asked, Checkpoint, Note, VerifierKey, prove_inclusion, verify_bundle
from govinteract.facts.cosignature import cosigned_at
from govinteract.facts.tiles import TileTree
from govinteract.kernel import System
from govinteract.settings import Settings, WitnessSettings
from govinteract.web.log import BODY_LIMIT
from tests.facts.test_proofs import log_key, record
from tests.support import Hands, make_ward
from tests.web.listening import listening, log_app

AUDIT = System("audit")


def _witness_key(ward: Locality) -> VerifierKey:
    with ward.acting_as(AUDIT) as tx:
        return tx.witness_key.verifier


@frozen
class Read:
    """A ward whose log is served."""

    ward: Locality
    client: httpx.Client

    def newest(self) -> Note:
        """Return the newest checkpoint, as it is served."""
        answer = self.client.get("/log/checkpoint")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        return Note.parse(answer.text)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Read]:
    """Return a ward that is served on loopback."""
    with (
        make_ward(tmp_path, clock=Hands()) as ward,
        listening(log_app(ward)) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield Read(ward, client)


def test_the_log_is_read_from_tiles_alone(served: Read) -> None:
    """From checkpoint and tiles a stranger computes the root that was signed."""
    record(served.ward, 700)
    note = served.newest()
    note.verify(log_key(served.ward))
    point = Checkpoint.parse(note.text)

    def fetch(level: int, index: int) -> bytes:
        width = min(256, (point.size >> 8 * level) - 256 * index)
        suffix = "" if width == 256 else f".p/{width}"
        answer = served.client.get(f"/log/tile/{level}/{index:03}{suffix}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "immutable" in answer.headers["cache-control"]
        assert len(answer.content) == width * 32
        return answer.content

    assert TileTree(fetch).root(point.size) == point.root


def test_every_width_that_a_tile_had_is_served(served: Read) -> None:
    """A partial tile is the beginning of what came later."""
    record(served.ward, 20)
    full = served.client.get("/log/tile/0/000.p/20").content
    for width in range(1, 21):
        assert served.client.get(f"/log/tile/0/000.p/{width}").content == full[: width * 32]


@pytest.mark.parametrize(
    "path",
    [
        "0/000", "0/000.p/200", "0/001", "0/0", "1/000", "64/000", "99999999999999999999/000",
        "-1/000", "x/000", "entries/000", "0/x999/x999/x999/x999/x999/999", "0/000.p/0",
    ],
)  # fmt: skip
def test_other_tiles_are_not_there(served: Read, path: str) -> None:
    """What is not, or not yet, a tile is answered with 404; entries are not served at all."""
    record(served.ward, 20)
    assert served.client.get(f"/log/tile/{path}").status_code == 404
    assert served.client.get("/log/tile/0/000.p/20").status_code == 200


def test_before_the_first_checkpoint_there_is_none(served: Read) -> None:
    """An empty log answers that there is nothing yet, to machines as to people."""
    answer = served.client.get("/log/checkpoint", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "web.checkpoint_none"


def test_a_submission_is_bounded_and_refused_as_specified(served: Read) -> None:
    """What is too large, malformed or of an unknown log is refused with the protocol's statuses."""
    post = served.client.post
    assert post("/log/add-checkpoint", content=b"x" * (BODY_LIMIT + 1)).status_code == 413
    assert post("/log/add-checkpoint", content=b"\xff\xfe").status_code == 400
    assert post("/log/add-checkpoint", content=b"old 0\n\nnobody\n1\nAA==\n").status_code == 404
    assert served.client.get("/log/add-checkpoint").status_code in {404, 405}
    assert served.client.get(f"/log/{'0' * 64}/checkpoint").status_code == 404


@frozen
class Neighbours:
    """Two localities that witness each other, each served on loopback."""

    one: Locality
    two: Locality
    urls: tuple[str, str]
    homes: tuple[Path, Path]


@pytest.fixture
def neighbours(tmp_path: Path) -> Iterator[Neighbours]:
    """Return two wards that know each other's keys and addresses."""
    homes = (tmp_path / "one", tmp_path / "two")
    wards, names = [], ("hoa-binh", "hang-xom")
    for home, name in zip(homes, names, strict=True):
        home.mkdir()
        with make_ward(home, locality=name, clock=Hands()) as ward:
            wards.append((log_key(ward).text, _witness_key(ward).text))
    with ExitStack() as stack:
        opened = [
            stack.enter_context(
                make_ward(home, locality=name, clock=Hands(), witnessed_logs=(wards[1 - place][0],))
            )
            for place, (home, name) in enumerate(zip(homes, names, strict=True))
        ]
        urls = [stack.enter_context(listening(log_app(ward))) for ward in opened]
        for place, ward in enumerate(opened):
            known = WitnessSettings(key=wards[1 - place][1], url=f"{urls[1 - place]}/log")
            ward.settings = Settings.load(**{**dict(ward.settings), "witnesses": (known,)})
        yield Neighbours(opened[0], opened[1], (urls[0], urls[1]), homes)


def _asked(ward: Locality) -> Asked:
    ward.sequence()
    (asked,) = ward.ask_witnesses()
    return asked


def test_two_localities_witness_each_other(neighbours: Neighbours) -> None:
    """Each has its checkpoints signed by the other, round after round, and shows it."""
    pairs = ((neighbours.one, neighbours.two), (neighbours.two, neighbours.one))
    for turn in range(3):
        for ward, other in pairs:
            record(ward, 10, name=f"turn{turn}")
            asked = _asked(ward)
            assert asked == Asked(other.origin, asked.size)
            assert asked.size == ward.verify().size
    for place, (ward, other) in enumerate(pairs):
        note = Note.parse(httpx.get(f"{neighbours.urls[place]}/log/checkpoint").text)
        note.verify(log_key(ward))
        assert cosigned_at(note, _witness_key(other)) == Hands().at
        name = hashlib.sha256(ward.origin.encode()).hexdigest()
        kept = httpx.get(f"{neighbours.urls[1 - place]}/log/{name}/checkpoint").text
        assert Note.parse(kept).text == note.text


def test_a_proof_carries_the_witness(neighbours: Neighbours) -> None:
    """A proof leads to a checkpoint that the neighbour signed, and says so to who knows his key."""
    record(neighbours.one, 10)
    _asked(neighbours.one)
    record(neighbours.one, 10, name="later")
    known = _witness_key(neighbours.two)
    with neighbours.one.acting_as(AUDIT) as tx:
        old = prove_inclusion(tx.transaction, "t:0", 1).text
        young = prove_inclusion(tx.transaction, "later:0", 1).text
    key = log_key(neighbours.one)
    assert set(verify_bundle(old, key, witnesses=[known], quorum=1).witnessed) == {known.name}
    assert verify_bundle(young, key, witnesses=[known]).witnessed == {}


def test_a_log_that_was_set_back_is_found_out(neighbours: Neighbours) -> None:
    """A ward restored from an old copy can't hide it: the neighbour has seen more."""
    record(neighbours.one, 10)
    assert _asked(neighbours.one).error is None
    ward = neighbours.one
    path = neighbours.homes[0] / "ward.db"
    copy = path.with_name("copy.db")
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"vacuum into '{copy}'")
    record(ward, 10, name="gone")
    last = _asked(ward).size
    ward.engine.dispose()
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    path.write_bytes(copy.read_bytes())
    record(ward, 1, name="other")
    asked = _asked(ward)
    assert asked.error == "facts.log_set_back"
    assert asked.size < last


def test_a_rewritten_log_gets_no_signature(neighbours: Neighbours) -> None:
    """A ward that signs another history of the same length is refused, and the evidence kept."""
    record(neighbours.one, 10)
    size = _asked(neighbours.one).size
    with neighbours.two.acting_as(AUDIT) as tx:
        forged = Checkpoint(neighbours.two.origin, size, bytes(32))
        tx.transaction.write(text("update gi_witnessed set root = zeroblob(32)"))
    assert forged.size == size
    record(neighbours.one, 5, name="more")
    asked = _asked(neighbours.one)
    assert asked.error == "facts.witness_refused"
    assert asked.size == size


def test_a_witness_that_is_away_hinders_nobody(neighbours: Neighbours) -> None:
    """Who can't be reached is named with the error; the others are asked all the same."""
    ward = neighbours.one
    known = ward.settings.witnesses[0]
    gone = WitnessSettings(key=log_key(ward).text, url="http://127.0.0.1:9/log")
    ward.settings = Settings.load(**{**dict(ward.settings), "witnesses": (gone, known)})
    record(ward, 3)
    away, there = ward.ask_witnesses()
    assert away.error == "http.not_sent"
    assert there.error is None
    assert there.size == ward.verify().size


def test_a_signature_of_somebody_else_is_not_kept(neighbours: Neighbours) -> None:
    """What another key than the known one signed counts for nothing."""
    ward = neighbours.one
    known = ward.settings.witnesses[0]
    stranger = WitnessSettings(key=_witness_key(ward).text, url=known.url)
    ward.settings = Settings.load(**{**dict(ward.settings), "witnesses": (stranger,)})
    record(ward, 3)
    assert _asked(ward) == Asked(ward.origin, 0, "facts.witness_refused")
    ward.settings = Settings.load(**{**dict(ward.settings), "witnesses": (known,)})
    assert _asked(ward).error is None


def test_a_ward_without_witnesses_asks_nobody(served: Read) -> None:
    """Nothing is sent where no witness is set up."""
    record(served.ward, 3)
    assert served.ward.ask_witnesses() == []
