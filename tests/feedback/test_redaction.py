"""The first proposal for a public text: what machines can tell is taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.feedback.redaction import MARK, propose


@pytest.mark.parametrize(
    "personal",
    [
        "0912 345 678", "0912345678", "0912.345.678", "(0912) 345-678", "+84 912 345 678",
        "024 3825 1234", "001085012345", "046 203 000 123", "lan@example.vn", "lan @ example . vn",
        "lan.nguyen+ward(at)example.vn", "https://example.org/lan?id=1", "www.example.org/lan",
        "@lan.nguyen85", "０９１２３４５６７８", "٠٩١٢٣٤٥٦٧٨", "1903 4567 8901 234",
    ],
)  # fmt: skip
def test_what_tells_who_somebody_is_is_taken_out(personal: str) -> None:
    """Phone numbers, e-mail addresses, links, names in networks, document and account numbers."""
    proposed = propose(f"Xin liên hệ {personal} giúp tôi")
    assert proposed.startswith("Xin liên hệ ")
    assert MARK in proposed
    assert sum(letter.isdecimal() for letter in proposed) <= 2
    assert "lan" not in proposed.replace("Xin liên hệ", "")


@pytest.mark.parametrize(
    "text",
    [
        "Đèn trước số 12 Lê Lợi tắt từ 20/11/2026, lúc 18:30",
        "Hẻm 45/12 đường số 5, cột đèn 1204",
        "Thu 20.000 đồng, hẹn 7:30-11:30 thứ Hai",
        "Gọi 114 và 115 không ai nghe",
        "Từ 7:30 - 11:30 ngày 2.3.2026",
    ],
)
def test_what_the_problem_needs_stays(text: str) -> None:
    """House numbers, dates, hours, prices and short numbers tell nobody's name."""
    assert propose(text) == text


@given(st.text(alphabet="0123456789 .-()/", min_size=0, max_size=40))
def test_no_long_run_of_digits_is_left(number: str) -> None:
    """However it is broken up, no run of nine digits stays that is not a date."""
    left = propose(f"a {number} b").replace(MARK, "x")
    for run in left.replace("x", "|").split("|"):
        kept = [part for part in run.split() if sum(c.isdigit() for c in part) > 8]
        assert not kept


@given(st.text(max_size=200))
def test_a_proposal_of_a_proposal_is_the_same(text: str) -> None:
    """What was taken out once leaves nothing to take out."""
    once = propose(text)
    assert propose(once) == once
