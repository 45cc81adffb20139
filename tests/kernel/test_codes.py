import random
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise, product

import pytest

from govinteract.errors import InputError
from govinteract.kernel import CaseCode, MemoCode, PublicId, SystemEntropy
from govinteract.kernel.codes import ALPHABET
from tests.kernel.repeatable import RepeatableEntropy

CASE = "00000000000000001EXA"[1:]
OTHERS = {symbol: ALPHABET.replace(symbol, "") for symbol in ALPHABET}


def _codes(count: int) -> Iterator[CaseCode]:
    entropy = RepeatableEntropy(count)
    return (CaseCode.new(entropy) for _ in range(count))


def _with(text: str, *changes: tuple[int, str]) -> str:
    symbols = list(text)
    for place, symbol in changes:
        symbols[place] = symbol
    return "".join(symbols)


def _is_refused(parse: Callable[[str], object], raw: str) -> bool:
    try:
        parse(raw)
    except InputError as error:
        return error.code == "kernel.code_invalid"
    return False


def _swapped(text: str) -> Iterator[str]:
    """Yield the text with each two different neighbours in the wrong order."""
    for place, (left, right) in enumerate(pairwise(text)):
        if left != right:
            yield _with(text, (place, right), (place + 1, left))


class Counting:
    """Gives 0, 1, 2 ... for random bytes."""

    def bytes(self, n: int) -> bytes:
        """Return the first `n` numbers."""
        return bytes(range(n))


def test_the_format_is_frozen() -> None:
    """The symbols 0, 1, 2 ... have the check symbols that they had when first published."""
    assert CaseCode.new(Counting()).text == "0123456789ABCDEFYES"
    assert MemoCode.new(Counting()).text == "GI0123456789AB1PE"
    assert PublicId.new(Counting()).text == "0123456789"


def test_a_case_code_has_16_random_symbols_and_3_check_symbols() -> None:
    """Codes have 19 symbols of the alphabet, use each of them everywhere, and never meet."""
    codes = {CaseCode.new(SystemEntropy()).text for _ in range(2_000)}
    assert len(codes) == 2_000
    assert {len(code) for code in codes} == {19}
    for place in range(19):
        assert {code[place] for code in codes} == set(ALPHABET)


def test_every_single_wrong_symbol_is_corrected() -> None:
    """In each of 10,000 codes a wrong symbol in any place is put right and reported."""
    chance = random.Random(1)
    for code in _codes(10_000):
        for place, symbol in enumerate(code.text):
            read = CaseCode.parse(_with(code.text, (place, chance.choice(OTHERS[symbol]))))
            assert read == code
            assert read.corrected


def test_every_swap_of_neighbours_is_detected() -> None:
    """In each of 10,000 codes two different neighbours in the wrong order are refused."""
    for code in _codes(10_000):
        assert all(_is_refused(CaseCode.parse, raw) for raw in _swapped(code.text))


def test_every_two_wrong_symbols_are_detected() -> None:
    """In 10,000 codes two wrong symbols are refused, wherever they are."""
    chance, pairs = random.Random(2), list(combinations(range(19), 2))
    for code in _codes(10_000):
        for one, other in chance.sample(pairs, 12):
            wrong = [(at, chance.choice(OTHERS[code.text[at]])) for at in (one, other)]
            assert _is_refused(CaseCode.parse, _with(code.text, *wrong))


@pytest.mark.soak
def test_every_wrong_value_of_every_single_symbol_is_corrected() -> None:
    """In each of 10,000 codes each of the 589 single errors is put right."""
    for code in _codes(10_000):
        for place, symbol in enumerate(code.text):
            for wrong in OTHERS[symbol]:
                assert CaseCode.parse(_with(code.text, (place, wrong))) == code


@pytest.mark.soak
def test_two_wrong_symbols_in_every_pair_of_places_are_detected() -> None:
    """In each of 10,000 codes a double error in each of the 171 pairs of places is refused."""
    chance, pairs = random.Random(3), list(combinations(range(19), 2))
    for code in _codes(10_000):
        for one, other in pairs:
            wrong = [(at, chance.choice(OTHERS[code.text[at]])) for at in (one, other)]
            assert _is_refused(CaseCode.parse, _with(code.text, *wrong))


@pytest.mark.soak
def test_every_wrong_value_of_every_two_symbols_is_detected() -> None:
    """In some codes each of the 164,331 double errors is refused."""
    for code in _codes(10):
        for one, other in combinations(range(19), 2):
            for a, b in product(OTHERS[code.text[one]], OTHERS[code.text[other]]):
                assert _is_refused(CaseCode.parse, _with(code.text, (one, a), (other, b)))


def test_a_whole_code_is_not_reported_as_corrected() -> None:
    """A code read as it was given out is the same code and was not corrected."""
    for code in _codes(100):
        assert CaseCode.parse(code.text) == code
        assert not CaseCode.parse(code.text).corrected


@pytest.mark.parametrize(
    "raw",
    [
        "00000-00000-00000-1EXA",
        "00000 00000 00000 1exa",
        " 00000\u201300000\u00a000000 - 1exa\n",
        "ooooo-OOOOO-00000-iexa",
        "00000-00000-00000-Lexa",
    ],
)
def test_people_write_as_they_like(raw: str) -> None:
    """Case, spaces, hyphens, I and L for 1 and O for 0 are read without being a mistake."""
    read = CaseCode.parse(raw)
    assert read.text == CASE
    assert not read.corrected


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("", id="empty"),
        pytest.param(CASE[:-1], id="one symbol short"),
        pytest.param(CASE + "0", id="one symbol long"),
        pytest.param("U" + CASE[1:], id="a symbol outside the alphabet"),
        pytest.param("É" + CASE[1:], id="a letter with an accent"),
        pytest.param("\u0660" + CASE[1:], id="a digit of another script"),
        pytest.param("\ud800" + CASE[1:], id="half a surrogate pair"),
        pytest.param("." + CASE, id="a foreign separator"),
        pytest.param("-" * 200_000 + CASE, id="200 kB"),
    ],
)
def test_what_is_no_code_is_refused(raw: str) -> None:
    """A wrong length or a foreign symbol is refused; the code itself is taken."""
    assert CaseCode.parse(CASE).text == CASE
    with pytest.raises(InputError) as refusal:
        CaseCode.parse(raw)
    assert refusal.value.code == "kernel.code_invalid"
    assert not refusal.value.params


def test_only_a_whole_code_in_its_written_form_can_be_made() -> None:
    """The class itself takes neither a wrong symbol, lower case nor separators."""
    assert CaseCode(CASE).text == CASE
    for text in (_with(CASE, (0, "1")), CASE.lower(), "0-" + CASE[1:], "GI" + CASE):
        assert _is_refused(CaseCode, text)


def test_repr_hides_a_case_code_and_str_shows_it_in_groups() -> None:
    """Logs and tracebacks show no case code; the person it belongs to sees it in groups."""
    code = CaseCode.new(RepeatableEntropy(7))
    assert repr(code) == "CaseCode(hidden)"
    assert code.text not in f"{[code]!r}"
    assert (
        str(code)
        == code.shown
        == "-".join((code.text[:5], code.text[5:10], code.text[10:15], code.text[15:]))
    )
    assert CaseCode.parse(code.shown) == code


def test_a_memo_code_is_gi_and_15_symbols_that_any_bank_takes() -> None:
    """A memo code has 17 letters and digits and reads back from text and from its groups."""
    memo = MemoCode.new(RepeatableEntropy(7))
    assert memo.text.isalnum()
    assert memo.text.isascii()
    assert (len(memo.text), memo.text[:2]) == (17, "GI")
    assert memo.shown.split() == ["GI", memo.text[2:7], memo.text[7:12], memo.text[12:]]
    assert MemoCode.parse(memo.shown.lower()) == MemoCode.parse(memo.text) == memo


def test_a_memo_code_survives_one_wrong_symbol_and_refuses_two() -> None:
    """One wrong symbol, the prefix included, is put right; two and swaps are refused."""
    entropy, chance = RepeatableEntropy(9), random.Random(9)
    for _ in range(500):
        memo = MemoCode.new(entropy)
        read_alike = "G1" + memo.text[2:]
        wrong = [(at, chance.choice(OTHERS[symbol])) for at, symbol in enumerate(read_alike)]
        for change in wrong:
            read = MemoCode.parse(_with(memo.text, change))
            assert read == memo
            assert read.corrected
        for changes in combinations(wrong, 2):
            assert _is_refused(MemoCode.parse, _with(memo.text, *changes))
        assert all(_is_refused(MemoCode.parse, raw) for raw in _swapped(read_alike))


def test_a_memo_code_is_completed_when_its_tail_was_cut() -> None:
    """One or two symbols missing at the end are made up; three are too many."""
    memo = MemoCode.new(RepeatableEntropy(11))
    assert not MemoCode.complete(memo.text).corrected
    for cut in (1, 2):
        assert MemoCode.complete(memo.text[:-cut]) == memo
        assert MemoCode.complete(memo.text[:-cut]).corrected
        assert _is_refused(MemoCode.complete, _with(memo.text[:-cut], (5, "U")))
    assert _is_refused(MemoCode.complete, memo.text[:-3])


def test_a_cut_memo_code_with_a_wrong_symbol_is_refused() -> None:
    """Each wrong symbol of a code that lacks its last two is seen; whole it is completed."""
    memo = MemoCode.new(RepeatableEntropy(13))
    cut = memo.text[:-2]
    assert MemoCode.complete(cut) == memo
    for place, symbol in enumerate("G1" + cut[2:]):
        for wrong in OTHERS[symbol]:
            assert _is_refused(MemoCode.complete, _with(cut, (place, wrong)))


@pytest.mark.parametrize("raw", ["", "G", "GI", "XX", "GI" + CASE])
def test_what_is_no_memo_code_is_refused(raw: str) -> None:
    """Texts of another length are no memo codes."""
    assert _is_refused(MemoCode.parse, raw)
    assert _is_refused(MemoCode.complete, raw)
    assert _is_refused(MemoCode, raw)


def test_a_public_id_has_10_symbols_and_no_check() -> None:
    """Any ten symbols of the alphabet are a public id, which everybody may see."""
    public = PublicId.parse("abcde-fghjk")
    assert public.text == str(public) == "ABCDEFGHJK"
    assert public.shown == "ABCDE-FGHJK"
    assert "ABCDEFGHJK" in repr(public)
    assert PublicId.parse("ABCDEFGHJ0") != public


@pytest.mark.parametrize("raw", ["ABCDEFGHJ", "ABCDEFGHJKM", "ABCDEFGHJU", "ABCDE/GHJK"])
def test_what_is_no_public_id_is_refused(raw: str) -> None:
    """A wrong length or a foreign symbol is refused; ten symbols are taken."""
    assert PublicId.parse("ABCDEFGHJK").text == "ABCDEFGHJK"
    assert _is_refused(PublicId.parse, raw)
