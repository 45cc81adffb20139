import sys
import time
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import InputError
from govinteract.kernel import clean, excerpt, fold

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵdđ"


def test_every_vietnamese_letter_folds_to_its_bare_letter() -> None:
    """All 74 letters, small and capital, composed and decomposed, fold to a-z."""
    for form in ("NFC", "NFD"):
        for text in (VIETNAMESE, VIETNAMESE.upper()):
            folded = fold(unicodedata.normalize(form, text))
            assert folded == "a" * 18 + "e" * 12 + "i" * 6 + "o" * 18 + "u" * 12 + "y" * 6 + "dd"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đường Nguyễn Huệ", "duong nguyen hue"),
        ("ĐÈN ĐƯỜNG", "den duong"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ΆΣΟΣ", "ασοσ"),
        ("한국어", "한국어"),
        ("हिन्दी", "हिन्दी"),
        ("", ""),
    ],
)
def test_fold_makes_the_key_that_is_asked(text: str, key: str) -> None:
    """Case and diacritics go; scripts that write vowels as marks keep them."""
    assert fold(text) == key


def test_folding_any_character_twice_changes_nothing() -> None:
    """The key of a key is the key, for every character of Unicode."""
    for code in range(sys.maxunicode + 1):
        once = fold(chr(code))
        assert fold(once) == once, f"U+{code:04X}"


@given(st.text())
def test_folding_any_text_twice_changes_nothing(text: str) -> None:
    """The key of a key is the key, for any text and however it is normalised."""
    key = fold(text)
    assert fold(key) == key
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_clean_gives_nfc_without_spaces_around() -> None:
    """Decomposed text is composed, trimmed, and otherwise left as it was written."""
    raw = unicodedata.normalize("NFD", "  Đèn trước số 12  Lê Lợi\u00a0tắt \u200d👩‍🚒\n")
    text = clean(raw, field="text", limit=100)
    assert text == "Đèn trước số 12  Lê Lợi\u00a0tắt \u200d👩‍🚒"
    assert clean(text, field="text", limit=100) == text


def test_line_ends_become_lf_in_a_text_of_many_lines() -> None:
    """CRLF, CR and Unicode's line and paragraph separators are one LF each."""
    raw = "một\r\nhai\rba\u2028bốn\u2029năm\tsáu"
    assert clean(raw, field="text", limit=100, multiline=True) == "một\nhai\nba\nbốn\nnăm\tsáu"


@pytest.mark.parametrize("character", ["\n", "\r\n", "\r", "\t", "\u2028", "\u2029"])
def test_one_line_holds_no_line_end_and_no_tab(character: str) -> None:
    """What ends a line is refused in a single line and taken in a text of many."""
    raw = f"một{character}hai"
    assert clean(raw, field="text", limit=100, multiline=True)
    with pytest.raises(InputError) as refusal:
        clean(raw, field="name", limit=100)
    assert refusal.value.code == "kernel.text_control"


@pytest.mark.parametrize("multiline", [False, True])
@pytest.mark.parametrize(
    "character",
    [
        *("\x00", "\x08", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x9f", "\ud800", "\udcff"),
        *("\ufffe", "\uffff", "\u202a", "\u202e", "\u2066", "\u2069"),
    ],
    ids=ascii,
)
def test_controls_surrogates_and_overrides_are_refused(character: str, multiline: bool) -> None:  # noqa: FBT001  a case of the table
    """A character that can't be stored or seen is refused; the text without it is taken."""
    assert clean("một hai", field="text", limit=100, multiline=multiline) == "một hai"
    with pytest.raises(InputError) as refusal:
        clean(f"một{character} hai", field="text", limit=100, multiline=multiline)
    assert refusal.value.code == "kernel.text_control"
    assert refusal.value.params == {"field": "text"}


def test_bytes_that_were_no_utf_8_are_refused() -> None:
    """Bytes that a server decoded with surrogateescape are refused, whole ones are taken."""
    good, broken = "Huế".encode(), "Huế".encode()[:-1]
    assert clean(good.decode(errors="surrogateescape"), field="text", limit=9) == "Huế"
    with pytest.raises(InputError, match=r"kernel\.text_control"):
        clean(broken.decode(errors="surrogateescape"), field="text", limit=9)


@pytest.mark.parametrize("raw", ["", "   ", "\u3000\u00a0", "\u200b", "\u200d\ufe0f", "\u0301"])
def test_text_with_nothing_to_see_is_empty(raw: str) -> None:
    """Spaces, zero-width characters and bare marks are no text; one letter is."""
    assert clean(raw + "a", field="text", limit=100)
    with pytest.raises(InputError) as refusal:
        clean(raw, field="text", limit=100)
    assert refusal.value.code == "kernel.text_empty"
    assert refusal.value.params == {"field": "text"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_limit_counts_characters_as_they_are_stored(form: Literal["NFC", "NFD"]) -> None:
    """A text of exactly the limit is taken in either form; one more is refused."""
    fits = unicodedata.normalize(form, "ế" * 100)
    assert len(clean(fits, field="text", limit=100)) == 100
    with pytest.raises(InputError) as refusal:
        clean(fits + "ế", field="text", limit=100)
    assert refusal.value.code == "kernel.text_too_long"
    assert refusal.value.params == {"field": "text", "limit": 100}
    assert "100" in refusal.value.message("vi")


def test_a_huge_text_is_refused_before_it_costs_anything() -> None:
    """Marks without end on one letter, slow to normalise, are refused at once."""
    began = time.perf_counter()
    with pytest.raises(InputError, match=r"kernel\.text_too_long"):
        clean("a" + "\u0301\u0323" * 40_000, field="text", limit=5_000)
    assert time.perf_counter() - began < 1


@given(st.text(), st.booleans())
def test_what_clean_gives_it_takes_again(raw: str, multiline: bool) -> None:  # noqa: FBT001  Hypothesis names it
    """A cleaned text is NFC, encodes as UTF-8 and comes through a second time unchanged."""
    try:
        text = clean(raw, field="text", limit=1_000, multiline=multiline)
    except InputError:
        return
    assert text.encode()
    assert unicodedata.is_normalized("NFC", text)
    assert clean(text, field="text", limit=1_000, multiline=multiline) == text


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("ngắn", 10, "ngắn"),
        ("một hai ba", 10, "một hai ba"),
        ("một hai ba bốn", 11, "một hai ba…"),
        ("một hai ba bốn", 10, "một hai…"),
        ("một\n\n hai", 10, "một hai"),
        ("dàidàidàidài", 6, "dàidà…"),
        ("aaaa\u0301\u0301aaa", 6, "aaa…"),
        ("a b", 1, "…"),
    ],
)
def test_an_excerpt_ends_after_a_word(text: str, limit: int, short: str) -> None:
    """An excerpt is one line, no longer than the limit, and keeps words and marks whole."""
    assert excerpt(text, limit) == short


@given(st.text(), st.integers(1, 50))
def test_an_excerpt_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    """Whatever the text, the excerpt fits and is one line."""
    short = excerpt(text, limit)
    assert len(short) <= limit
    assert "\n" not in short
