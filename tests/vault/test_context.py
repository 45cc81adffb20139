from unicodedata import normalize

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import InputError
from govinteract.kernel.framing import frame
from govinteract.vault import Context, Field
from govinteract.vault.context import canonical

PLACE = Context(
    tenant="hoa-binh", data_class="contact", subject="s-1", record="r-1", field="phone", type="text"
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_canonical_form_is_count_then_length_and_bytes() -> None:
    """The canonical form is u8 count, then u32be length and bytes of each part."""
    assert canonical("ab", b"\x00", "") == (
        b"\x03" b"\x00\x00\x00\x02ab" b"\x00\x00\x00\x01\x00" b"\x00\x00\x00\x00"
    )  # fmt: skip


@given(st.lists(texts | st.binary(max_size=40), max_size=8))
def test_canonical_form_is_the_houses_frame(parts: list[str | bytes]) -> None:
    """The canonical form is the frame of the normalised parts, as facts use it."""
    plain = [normalize("NFC", part) if isinstance(part, str) else part for part in parts]
    assert canonical(*parts) == frame(*plain)


def test_context_has_its_eight_parts_in_their_order() -> None:
    """A context is the domain and seven parts, the revision in decimal text."""
    expected = canonical("gi/field/v1", "hoa-binh", "contact", "s-1", "r-1", "phone", "text", "7")
    assert evolve(PLACE, rev=7).canonical() == expected


@given(texts)
def test_every_spelling_of_a_text_is_one(text: str) -> None:
    """Composed and decomposed spellings of a text have the same canonical bytes."""
    assert canonical(normalize("NFD", text)) == canonical(normalize("NFC", text))


@given(st.lists(texts, max_size=8), st.lists(texts, max_size=8))
def test_no_two_lists_of_parts_share_a_form(one: list[str], other: list[str]) -> None:
    """Different parts have different canonical bytes, however they are cut."""
    same = [normalize("NFC", part) for part in one] == [normalize("NFC", part) for part in other]
    assert (canonical(*one) == canonical(*other)) == same


def test_context_of_one_kibibyte_is_taken_and_one_more_refused() -> None:
    """A context has at most 1,024 bytes."""
    room = 1024 - len(evolve(PLACE, record="").canonical())
    assert len(evolve(PLACE, record="r" * room).canonical()) == 1024
    with pytest.raises(InputError) as refused:
        evolve(PLACE, record="r" * (room + 1)).canonical()
    assert refused.value.code == "vault.context_too_long"


@pytest.mark.parametrize("rev", [0, -1, 2**63])
def test_revision_out_of_range_is_refused(rev: int) -> None:
    """A revision counts from 1 and fits 63 bits."""
    assert evolve(PLACE, rev=2**63 - 1).canonical()
    assert Field("phone", rev=1).suffix
    for make in (evolve(PLACE, rev=rev).canonical, lambda: Field("phone", rev=rev)):
        with pytest.raises(InputError) as refused:
            make()
        assert refused.value.code == "vault.context_invalid"


def test_lone_surrogate_is_refused() -> None:
    """A text that no encoding can write is refused; its neighbour in the plane is taken."""
    assert canonical("\U0001f3e0")
    with pytest.raises(InputError) as refused:
        canonical("\ud83c")
    assert refused.value.code == "vault.context_invalid"
