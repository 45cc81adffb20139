"""Photos are kept sealed, wait in drafts, and go over into the report that names the draft."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import text

from govinteract import Locality
from govinteract.errors import AccessDenied, GovInteractError, InputError, NotFound
from govinteract.feedback import Photo, Report
from govinteract.feedback.photos import PHOTOS_AT_MOST
from govinteract.kernel import Citizen
from tests.support import ANONYMOUS, OFFICER, Hands

REPORT = Report(service="street-light", text="Đèn tắt")


def picture(colour: str = "red", size: tuple[int, int] = (60, 40)) -> Photo:
    """Return a photo of one colour."""
    sink = io.BytesIO()
    Image.new("RGB", size, colour).save(sink, "PNG")
    return Photo(sink.getvalue())


def test_a_photo_goes_in_sealed_and_comes_out_for_both_sides(ward: Locality) -> None:
    """The citizen and, for a purpose, the officer see the photo; the database holds none of it."""
    with ward.acting_as(ANONYMOUS) as tx:
        receipt = tx.feedback.submit(REPORT, photos=[picture()])
    with ward.acting_as(ANONYMOUS, purpose="self-access") as tx:
        (ref,) = tx.feedback.photos(tx.feedback.find(receipt.code))
        mine = tx.open_photo(tx.files.read(ref.id))
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        theirs = tx.open_photo(tx.files.read(ref.id, thumbnail=True))
    assert (ref.width, ref.height, ref.role) == (60, 40, "evidence")
    for jpeg in (mine, theirs):
        assert Image.open(io.BytesIO(jpeg)).format == "JPEG"
    with ward.acting_as(OFFICER) as tx:
        stored = (
            tx.transaction.read(text("select content, thumbnail from gi_file")).mappings().one()
        )
    assert not {bytes(part)[:3] for part in stored.values()} & {b"\xff\xd8\xff", b"\x89PN"}


def test_nobody_else_opens_a_photo(ward: Locality) -> None:
    """Without the code, or without a purpose, the same photo stays shut."""
    with ward.acting_as(ANONYMOUS) as tx:
        receipt = tx.feedback.submit(REPORT, photos=[picture()])
        case = tx.feedback.find(receipt.code)
        (ref,) = tx.feedback.photos(case)
    with pytest.raises(AccessDenied), ward.acting_as(ANONYMOUS, purpose="self-access") as tx:
        tx.open_photo(tx.files.read(ref.id))
    with pytest.raises(AccessDenied), ward.acting_as(OFFICER) as tx:
        tx.open_photo(tx.files.read(ref.id))


def test_proof_comes_with_the_answer(ward: Locality) -> None:
    """What an officer shows is in the thread, beside the words."""
    with ward.acting_as(ANONYMOUS) as tx:
        receipt = tx.feedback.submit(REPORT)
    with ward.acting_as(OFFICER) as tx:
        case = tx.feedback.find(receipt.public_id)
        tx.feedback.reply(case, "Xong", resolves=True, proof=picture("green"))
    with ward.acting_as(ANONYMOUS) as tx:
        (message,) = tx.feedback.thread(tx.feedback.find(receipt.code))
    assert [photo.role for photo in message.photos] == ["proof"]


def test_a_draft_keeps_photos_until_the_report_is_sent(ward: Locality) -> None:
    """Photos of a draft are the report's, in order, and the draft is used up."""
    with ward.acting_as(ANONYMOUS) as tx:
        token = tx.files.begin_draft()
    added = []
    for colour in ("red", "green", "blue"):
        with ward.acting_as(ANONYMOUS) as tx:
            added.append(tx.files.add_to_draft(token, picture(colour)))
    with ward.acting_as(ANONYMOUS) as tx:
        tx.files.drop_from_draft(token, added[-1])
        waiting = tx.files.in_draft(token)
    with ward.acting_as(ANONYMOUS) as tx:
        receipt = tx.feedback.submit(REPORT, draft=token, once="k")
    with ward.acting_as(ANONYMOUS, purpose="self-access") as tx:
        refs = tx.feedback.photos(tx.feedback.find(receipt.code))
        assert sorted(ref.id for ref in refs) == sorted(waiting)
        assert tx.open_photo(tx.files.read(refs[0].id))
    with pytest.raises(NotFound) as caught, ward.acting_as(ANONYMOUS) as tx:
        tx.files.add_to_draft(token, picture())
    assert caught.value.code == "feedback.draft_unknown"
    with ward.acting_as(ANONYMOUS) as tx:
        assert tx.feedback.submit(REPORT, draft=token, once="k") == receipt


def test_a_draft_is_seen_by_its_token_alone(ward: Locality) -> None:
    """A photo that waits is read by whoever holds the token, not by its id."""
    with ward.acting_as(ANONYMOUS) as tx:
        token = tx.files.begin_draft()
        photo_id = tx.files.add_to_draft(token, picture())
    with ward.acting_as(ANONYMOUS) as tx:
        assert tx.files.read(photo_id, draft=token).key.record == photo_id
        with pytest.raises(NotFound):
            tx.files.read(photo_id)
        with pytest.raises(NotFound):
            tx.files.read(photo_id, draft="another")


def test_too_many_photos_are_refused(small_ward: Locality) -> None:
    """A report and a draft take as many photos as is said, and not one more."""
    many = [picture(size=(4, 4))] * PHOTOS_AT_MOST
    with pytest.raises(InputError) as caught, small_ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.submit(REPORT, photos=[*many, picture()])
    assert caught.value.code == "feedback.photo_too_many"
    with small_ward.acting_as(ANONYMOUS) as tx:
        assert tx.feedback.submit(REPORT, photos=many).case_id
    with small_ward.acting_as(ANONYMOUS) as tx:
        token = tx.files.begin_draft()
        for photo in many:
            tx.files.add_to_draft(token, photo)
        with pytest.raises(InputError):
            tx.files.add_to_draft(token, picture())


def test_a_photo_that_cannot_be_taken_stores_nothing(small_ward: Locality) -> None:
    """A report with a broken photo is refused whole."""
    with pytest.raises(InputError), small_ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.submit(REPORT, photos=[picture(), Photo(b"GIF89a...")])
    with small_ward.acting_as(OFFICER) as tx:
        assert tx.feedback.queue().cases == ()
        assert tx.transaction.read(text("select count(*) from gi_file")).scalar_one() == 0


def test_drafts_that_nobody_sends_are_swept_with_their_keys(ward: Locality, hands: Hands) -> None:
    """After a day a forgotten draft is gone; a fresh one and known people's keys stay."""
    me = Citizen("c-1")
    with ward.acting_as(me) as tx:
        mine = tx.feedback.submit(REPORT)
        tx.files.begin_draft()
    with ward.acting_as(ANONYMOUS) as tx:
        tx.files.add_to_draft(tx.files.begin_draft(), picture())
    hands.move(hours=25)
    with ward.acting_as(ANONYMOUS) as tx:
        fresh = tx.files.begin_draft()
        tx.files.add_to_draft(fresh, picture())
    with ward.acting_as(OFFICER) as tx:
        assert tx.files.sweep_drafts(timedelta(days=1)) == 2
    with ward.acting_as(OFFICER) as tx:
        assert tx.files.sweep_drafts(timedelta(days=1)) == 0
        counts = [
            tx.transaction.read(text(f"select count({what}) from {table}")).scalar_one()
            for what, table in (
                ("*", "gi_file"),
                ("distinct subject", "gi_wrap"),
                ("*", "gi_draft"),
            )
        ]
    assert counts == [1, 2, 1]
    with ward.acting_as(me, purpose="self-access") as tx:
        assert tx.open(tx.feedback.get(mine.case_id).text).reveal() == "Đèn tắt"


def test_the_error_of_a_photo_tells_nothing_of_it(small_ward: Locality) -> None:
    """A refused photo's error holds none of its bytes."""
    with pytest.raises(GovInteractError) as caught, small_ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.submit(REPORT, photos=[Photo(b"secret-bytes")])
    assert "secret" not in str(caught.value) + repr(caught.value.params)
