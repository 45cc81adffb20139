"""Notes are those of C2SP signed-note and tlog-cosignature, and say what was signed."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govinteract.errors import CryptoError, InputError
from govinteract.facts import Checkpoint, Note, VerifierKey, read_note
from govinteract.facts.cosignature import cosign, cosigned_at
from govinteract.facts.note import COSIGNATURE, signature_line

# The example of the specification, section "Verifier keys".
PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED_NOTE = """This is an example message.

— example.com/foo \
Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
LOG, WITNESS, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
POINT = Checkpoint("example.vn/log", 7, bytes(32))
AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SEEN_BY = VerifierKey("example.vn/witness", WITNESS.public_key(), COSIGNATURE)


def test_the_published_note_verifies() -> None:
    """The specification's example holds under its key, and not when a letter is changed."""
    key = VerifierKey.parse(PUBLISHED_KEY)
    assert key.text == PUBLISHED_KEY
    Note.parse(PUBLISHED_NOTE).verify(key)
    with pytest.raises(CryptoError):
        Note.parse(PUBLISHED_NOTE.replace("an", "no", 1)).verify(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        PUBLISHED_KEY.replace("530d903a", "530d903b"),
        PUBLISHED_KEY.replace("foo", "fop"),
        PUBLISHED_KEY[:-4],
        PUBLISHED_KEY.replace("AekyeRrm", "AukyeRrm"),
        "a b+00000000+AA==",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """A line that is not exactly a key and its name is refused; around it may be space."""
    with pytest.raises(InputError) as caught:
        VerifierKey.parse(text)
    assert caught.value.code == "facts.key_invalid"
    assert VerifierKey.parse(f" {PUBLISHED_KEY}\n").name == "example.com/foo"


def test_signatures_of_others_do_not_matter() -> None:
    """A checkpoint with lines of unknown keys reads as the one without."""
    note = POINT.sign(LOG)
    stranger = signature_line(VerifierKey("x.example.vn", OTHER.public_key()), bytes(64))
    both = note + stranger + cosign(POINT.text, name=SEEN_BY.name, key=WITNESS, at=AT)
    assert read_note(both, LOG.public_key()) == read_note(note, LOG.public_key()) == POINT


def test_a_false_line_under_the_logs_own_name_is_refused() -> None:
    """One line that holds does not save another that claims to be the log's and is not."""
    false = signature_line(VerifierKey(POINT.origin, LOG.public_key()), bytes(64))
    with pytest.raises(CryptoError):
        read_note(POINT.sign(LOG) + false, LOG.public_key())


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """A key is trusted for the log of its name only."""
    elsewhere = VerifierKey("example.vn/other", LOG.public_key())
    with pytest.raises(CryptoError):
        read_note(POINT.sign(LOG), elsewhere)
    for_another = f"{POINT.text}\n{signature_line(elsewhere, LOG.sign(POINT.text.encode()))}"
    with pytest.raises(CryptoError):
        read_note(for_another, elsewhere)
    assert read_note(POINT.sign(LOG), VerifierKey(POINT.origin, LOG.public_key())) == POINT


def test_further_lines_of_a_checkpoint_are_kept() -> None:
    """Another implementation's extension lines are part of what is signed."""
    more = Checkpoint(POINT.origin, 7, bytes(32), ("x 1", "y 2"))
    assert read_note(more.sign(LOG), LOG.public_key()) == more
    with pytest.raises(CryptoError):
        read_note(more.sign(LOG).replace("x 1", "x 2"), LOG.public_key())


@pytest.mark.parametrize(
    "text",
    [
        "example.vn/log\n07\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "example.vn/log\n+7\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "example.vn/log\n-7\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "example.vn/log\n7\n" + base64.b64encode(bytes(31)).decode() + "\n",
        "example.vn/log\n7\n",
        "example vn\n7\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "\n7\n" + base64.b64encode(bytes(32)).decode() + "\n",
    ],
)
def test_other_spellings_of_a_checkpoint_are_refused(text: str) -> None:
    """A checkpoint has one spelling."""
    with pytest.raises(CryptoError):
        Checkpoint.parse(text)
    assert Checkpoint.parse(POINT.text) == POINT


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "text\n",
        "text\n\nline\n",
        "text\n\n— name\n",
        "text\n\n— name AA==\n",
        "a\x00\n\n",
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    """A text without well-formed signature lines is no note."""
    with pytest.raises(CryptoError):
        Note.parse(note)


def test_a_note_of_any_size_is_not_read() -> None:
    """A note of more than 64 KiB, or of more than 64 lines, is refused unread."""
    line = POINT.sign(LOG).partition("\n\n")[2]
    Note.parse(f"{POINT.text}\n{line * 64}")
    for many in (f"{POINT.text}\n{line * 65}", f"{'x' * 70_000}\n\n{line}"):
        with pytest.raises(CryptoError):
            Note.parse(many)


def test_a_cosignature_says_when() -> None:
    """A witness's line gives the second at which it signed; nobody else's does."""
    note = Note.parse(POINT.sign(LOG) + cosign(POINT.text, name=SEEN_BY.name, key=WITNESS, at=AT))
    assert cosigned_at(note, SEEN_BY) == AT
    stranger = VerifierKey("example.vn/other", OTHER.public_key(), COSIGNATURE)
    assert cosigned_at(note, stranger) is None


def test_a_changed_cosignature_is_refused() -> None:
    """Time, text and signature are bound together."""
    line = cosign(POINT.text, name=SEEN_BY.name, key=WITNESS, at=AT)
    blob = bytearray(base64.b64decode(line.split(" ")[2]))
    for at in range(4, len(blob)):
        changed = bytes(blob[:at]) + bytes([blob[at] ^ 1]) + bytes(blob[at + 1 :])
        false = f"— {SEEN_BY.name} {base64.b64encode(changed).decode()}\n"
        with pytest.raises(CryptoError) as caught:
            cosigned_at(Note.parse(POINT.sign(LOG) + false), SEEN_BY)
        assert caught.value.code == "facts.cosignature_invalid"
    other = Checkpoint(POINT.origin, 8, bytes(32))
    with pytest.raises(CryptoError):
        cosigned_at(Note.parse(other.sign(LOG) + line), SEEN_BY)


def test_a_cosignature_is_never_the_logs_signature() -> None:
    """The same key with another meaning has another id, and signs other bytes."""
    same = VerifierKey(POINT.origin, WITNESS.public_key(), COSIGNATURE)
    line = cosign(POINT.text, name=POINT.origin, key=WITNESS, at=AT)
    with pytest.raises(CryptoError):
        read_note(f"{POINT.text}\n{line}", VerifierKey(POINT.origin, WITNESS.public_key()))
    assert cosigned_at(Note.parse(f"{POINT.text}\n{line}"), same) == AT
