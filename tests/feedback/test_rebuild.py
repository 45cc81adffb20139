"""Projections are what the facts add up to: rebuilt they are the same, bit for bit."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from govinteract import Locality
from govinteract.feedback import (
    Contact,
    Difference,
    Report,
    compare_projections,
    rebuild_projections,
)
from govinteract.feedback.tables import case_table, message_table, photo_table
from govinteract.kernel import Point, System
from govinteract.storage import Transaction
from tests.feedback.past import as_csv, bring, small_rows
from tests.support import ANONYMOUS, OFFICER, Hands, make_ward

TABLES = (case_table, message_table, photo_table)
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def busy(ward: Locality, hands: Hands) -> Locality:
    """Return a ward in which every verb was used, and some history was brought in."""
    report = Report(
        service="street-light", text="Đèn tắt", at=Point(16.0, -107.5909), address="Lê Lợi"
    )
    with ward.acting_as(ANONYMOUS) as tx:
        codes = [
            tx.feedback.submit(report, contact=Contact(phone="0912 345 678")).code for _ in range(8)
        ]
    whole, declined, forwarded, twin, back = codes[:5]
    for verb, arguments in (
        ("assign", ("dien-luc",)), ("start", ()), ("ask", ("Cột số mấy?",)),
    ):  # fmt: skip
        _office(ward, whole, verb, *arguments)
        hands.move(minutes=7)
    _citizen(ward, whole, "say", "Cột 14")
    _office(ward, whole, "reply", "Đã thay.", resolves=True)
    _citizen(ward, whole, "reopen", "Vẫn tắt")
    _office(ward, whole, "note", "Gọi lại")
    _office(ward, whole, "moderate", "Đèn đường tắt", shared=True)
    _office(ward, whole, "reply", "Xong.", resolves=True)
    _citizen(ward, whole, "rate", 4)
    _citizen(ward, whole, "confirm")
    _office(ward, declined, "decline", "Không thuộc thẩm quyền")
    _office(ward, forwarded, "forward", "Điện lực", "Đã chuyển")
    _office(ward, twin, "give_back", "Thiếu địa chỉ", cause="citizen")
    _citizen(ward, back, "withdraw")
    with ward.acting_as(OFFICER) as tx:
        first, second = (tx.feedback.find(code) for code in codes[5:7])
        tx.feedback.mark_duplicate(first, second)
    bring(ward, as_csv(small_rows()[:60]))
    return ward


def _office(ward: Locality, code: object, verb: str, *arguments: object, **named: object) -> None:
    with ward.acting_as(OFFICER) as tx:
        getattr(tx.feedback, verb)(tx.feedback.find(str(code)), *arguments, **named)


def _citizen(ward: Locality, code: object, verb: str, *arguments: object) -> None:
    with ward.acting_as(ANONYMOUS) as tx:
        getattr(tx.feedback, verb)(tx.feedback.find(str(code)), *arguments)


def dump(ward: Locality) -> Rows:
    """Return every row of every projection."""
    with ward.acting_as(System("test")) as tx:
        return {
            table.name: [
                dict(row)
                for row in tx.transaction.read(
                    select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in TABLES
        }


def differences(ward: Locality) -> list[Difference]:
    """Compare without writing."""
    with ward.acting_as(System("test")) as tx:
        return list(compare_projections(tx.transaction, tx.facts))


def rebuild(ward: Locality) -> int:
    """Rebuild, and return how many cases."""
    with ward.acting_as(System("rebuild")) as tx:
        return rebuild_projections(tx.transaction, tx.facts)


def damage(ward: Locality, work: Callable[[Transaction], object]) -> None:
    """Do something to the tables that no verb does."""
    with ward.acting_as(System("test")) as tx:
        work(tx.transaction)


def test_rebuilt_projections_are_equal_bit_for_bit(busy: Locality) -> None:
    """Drop all rows and fold all facts: every byte of every column is as before."""
    before = dump(busy)
    assert len(before["gi_case"]) == 68
    assert differences(busy) == []
    damage(busy, lambda tx: [tx.write(delete(table)) for table in TABLES])
    assert len(differences(busy)) > 68
    assert rebuild(busy) == 68
    assert dump(busy) == before
    assert differences(busy) == []


def test_rebuilding_what_is_right_changes_nothing(busy: Locality) -> None:
    """It may be run at any time, and the log knows nothing of it."""
    before = dump(busy)
    assert busy.verify().good
    rebuild(busy)
    assert dump(busy) == before
    assert busy.verify().good


def test_every_damage_is_named(busy: Locality) -> None:
    """The table, the case, the column, and whether a row is too few or too many."""
    before = dump(busy)
    cases = before["gi_case"]
    told = before["gi_message"][0]["case_id"]
    rated, sealed, gone = [row["id"] for row in cases if row["id"] != told][:3]
    extra = {**cases[0], "id": "x" * 36, "public_id": "NOBODY", "code_hash": b"x" * 32}

    def break_all(tx: Transaction) -> None:
        tx.write(update(case_table).where(case_table.c.id == rated).values(rating=1, unit="z"))
        tx.write(update(case_table).where(case_table.c.id == sealed).values(text=b"other"))
        tx.write(delete(case_table).where(case_table.c.id == gone))
        tx.write(delete(message_table).where(message_table.c.case_id == told))
        tx.write(insert(case_table), extra)

    damage(busy, break_all)
    found = {str(difference) for difference in differences(busy)}
    assert f"gi_case.rating, case {rated}: differs" in found
    assert f"gi_case.unit, case {rated}: differs" in found
    assert f"gi_case.text, case {sealed}: differs" in found
    assert f"gi_case, case {gone}: missing" in found
    assert f"gi_message, case {told}: missing" in found
    assert f"gi_case, case {'x' * 36}: extra" in found
    rebuild(busy)
    assert differences(busy) == []
    assert dump(busy) == before


def test_comparing_writes_nothing(small_ward: Locality) -> None:
    """It may be run on a ward at work."""
    bring(small_ward, as_csv(small_rows()[:3]))
    with small_ward.acting_as(System("test")) as tx:
        assert list(compare_projections(tx.transaction, tx.facts)) == []
        assert not tx.transaction.wrote


def test_a_rebuild_that_fails_changes_nothing(small_ward: Locality) -> None:
    """One commit replaces all rows or none."""
    bring(small_ward, as_csv(small_rows()[:3]))
    before = dump(small_ward)

    def stop(_cases: int) -> None:
        message = "the power is gone"
        raise OSError(message)

    with pytest.raises(OSError, match="power"), small_ward.acting_as(System("rebuild")) as tx:
        rebuild_projections(tx.transaction, tx.facts, stop)
    assert dump(small_ward) == before


def test_another_localitys_rows_are_left_alone(
    small_ward: Locality, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two wards in one database are rebuilt each by itself."""
    bring(small_ward, as_csv(small_rows()[:3]))
    home = tmp_path_factory.mktemp("other")
    with make_ward(home, small_ward.settings.database_url, locality="other") as other:
        bring(other, as_csv(small_rows()[:5]))
        before = dump(other)
        damage(other, lambda tx: tx.write(update(case_table).values(rating=5)))
        assert rebuild(other) == 5
        assert {d.how for d in differences(small_ward)} == {"differs"}
        assert differences(other) == []
        rebuild(small_ward)
        assert dump(other) == before
