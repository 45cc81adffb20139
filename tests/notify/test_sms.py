"""What fits into a text message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.notify.sms import Measure, measure, plain


@pytest.mark.parametrize(
    ("text", "alphabet", "parts"),
    [
        ("", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("a" * 158 + "€", "GSM-7", 1),
        ("a" * 159 + "€", "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),  # the sign of two is not cut at 153
        ("ạ" * 70, "UCS-2", 1),
        ("ạ" * 71, "UCS-2", 2),
        ("ạ" * 134, "UCS-2", 2),
        ("ạ" * 135, "UCS-2", 3),
        ("😀" * 35, "UCS-2", 1),
        ("😀" * 36, "UCS-2", 2),
        ("😀" * 67, "UCS-2", 3),  # 33 fit into 67 units, not 33 and a half
    ],
)
def test_a_text_is_measured_as_networks_do(text: str, alphabet: str, parts: int) -> None:
    """160 signs of the basic alphabet, 153 a part; 70 of any other, 67 a part (TS 123 038)."""
    assert (measure(text).alphabet, measure(text).parts) == (alphabet, parts)


def test_vietnamese_without_accents_is_one_message_instead_of_three() -> None:
    """Accents go where that saves parts, capital letters stay."""
    text = "UBND phường Đống Đa đã nhận phản ánh ABCDE-FGHJK. " * 3
    assert measure(text) == Measure("UCS-2", 3)
    assert plain(text).startswith("UBND phuong Dong Da da nhan phan anh ABCDE-FGHJK.")
    assert measure(plain(text)) == Measure("GSM-7", 1)


def test_what_fits_already_or_never_is_left_as_it_is() -> None:
    """French keeps its accents, and a text in another script is not mutilated."""
    for text in ("déjà là", "Жалоба принята", "感谢 đã nhận"):
        assert plain(text) == text


@given(st.text())
def test_plain_text_is_never_longer_to_send(text: str) -> None:
    """Taking accents away never costs a part, and doing it twice changes nothing."""
    assert measure(plain(text)).parts <= measure(text).parts
    assert plain(plain(text)) == plain(text)
