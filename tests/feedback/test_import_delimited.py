"""A file that is broken in places is read in all the others, in constant memory."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from govinteract.errors import InputError, SettingsError
from govinteract.feedback.past import DelimitedFile, Refusal
from govinteract.feedback.past.delimited import Row

HEADER = b"id,words\n"
Found = list[Row | Refusal]


def rows(content: bytes, **parts: str) -> Found:
    """Read all rows."""
    with DelimitedFile(io.BytesIO(content), needed={"id", "words"}, **parts) as file:
        return list(file)


def cells(found: Found) -> list[list[str]]:
    """Return the cells of the rows that could be read."""
    return [row.cells for row in found if isinstance(row, Row)]


def refusals(found: Found) -> list[tuple[int, str, str]]:
    """Return line, column and code of the rows that could not."""
    return [(no.line, no.column, no.code) for no in found if isinstance(no, Refusal)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_lines_end_as_they_will_with_and_without_a_byte_order_mark(end: bytes, mark: bytes) -> None:
    """Files of spreadsheets, of Unix and of old machines."""
    content = mark + b"id,words" + end + b"1,a" + end + b"2,b"
    assert cells(rows(content)) == [["1", "a"], ["2", "b"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_header(delimiter: str) -> None:
    """It is the one by which the columns are there."""
    content = f"id{delimiter}words{delimiter}more\n1{delimiter}a{delimiter}b\n".encode()
    with DelimitedFile(io.BytesIO(content), needed={"id", "words"}) as file:
        assert file.delimiter == delimiter
        assert cells(list(file)) == [["1", "a", "b"]]


def test_a_given_delimiter_is_the_only_one() -> None:
    """Who knows it need not have it guessed."""
    assert cells(rows(b"id~words\n1~a,b\n", delimiter="~")) == [["1", "a,b"]]
    with pytest.raises(InputError):
        rows(b"id,words\n1,a\n", delimiter="~")


def test_quoted_cells_hold_delimiters_quotes_and_lines() -> None:
    """As RFC 4180 says; lines are counted as a text editor counts them."""
    found = rows(HEADER + b'1,"a, ""b""\nand c"\n2,d\n')
    assert cells(found) == [["1", 'a, "b"\nand c'], ["2", "d"]]
    assert [row.line for row in found] == [2, 4]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258", "latin-1", "utf-8"])
def test_a_file_may_be_in_another_encoding(encoding: str) -> None:
    """The mapping names it."""
    assert cells(rows("id,words\n1,é\n".encode(encoding), encoding=encoding)) == [["1", "é"]]


def test_an_encoding_that_nobody_knows_is_refused() -> None:
    """Before a row is read."""
    with pytest.raises(SettingsError) as refused:
        rows(HEADER, encoding="klingon")
    assert refused.value.code == "feedback.mapping_invalid"
    assert rows(HEADER, encoding="utf-8") == []


@pytest.mark.parametrize(
    ("bad", "encoding"), [(b"\xff", "utf-8"), (b"\xc3", "utf-8"), (b"\x81", "cp1252")]
)
def test_bytes_that_are_not_of_the_encoding_cost_their_row(bad: bytes, encoding: str) -> None:
    """Nothing is replaced in silence; the rows beside it come in."""
    found = rows(HEADER + b"1,a\n2,x" + bad + b"y\n3,c\n", encoding=encoding)
    assert cells(found) == [["1", "a"], ["3", "c"]]
    assert refusals(found) == [(3, "words", "feedback.import_bytes")]


@pytest.mark.parametrize("row", [b"2\n", b"2,b,c\n", b"2,b,\n", b",,,,\n"])
def test_a_row_with_too_few_or_too_many_cells_costs_itself(row: bytes) -> None:
    """Which cell is missing nobody can know."""
    found = rows(HEADER + b"1,a\n" + row + b"3,c\n")
    assert cells(found) == [["1", "a"], ["3", "c"]]
    assert refusals(found) == [(3, "", "feedback.import_cells")]


def test_empty_lines_are_nothing() -> None:
    """They are no rows and no faults."""
    assert cells(rows(HEADER + b"\n1,a\n\n\n2,b\n\n")) == [["1", "a"], ["2", "b"]]


def test_a_quote_that_is_never_closed_costs_its_line_alone() -> None:
    """It would swallow all that follows; the lines behind it are read again."""
    found = rows(HEADER + b'1,a\n2,"b\n3,c\n4,d\n')
    assert cells(found) == [["1", "a"], ["3", "c"], ["4", "d"]]
    assert refusals(found) == [(3, "", "feedback.import_row_broken")]


def test_words_behind_a_closed_quote_cost_their_line() -> None:
    """What was meant nobody can know; a quote within a word is part of it."""
    found = rows(HEADER + b'1,"a" b\n2,a "b"\n')
    assert cells(found) == [["2", 'a "b"']]
    assert refusals(found) == [(2, "", "feedback.import_row_broken")]


def test_two_quotes_that_are_never_closed_cost_their_lines_alone() -> None:
    """Line numbers stay right."""
    found = rows(HEADER + b'1,"a\n2,b\n3,"c,x\n4,d\n')
    assert cells(found) == [["2", "b"], ["4", "d"]]
    assert [line for line, _, _ in refusals(found)] == [2, 4]
    assert [row.line for row in found if isinstance(row, Row)] == [3, 5]


def test_a_huge_cell_costs_its_row() -> None:
    """Python's reader takes 131,072 characters a field."""
    found = rows(HEADER + b"1,a\n2," + b"b" * 200_000 + b"\n3,c\n")
    assert cells(found) == [["1", "a"], ["3", "c"]]
    assert refusals(found) == [(3, "", "feedback.import_row_broken")]
    assert len(cells(rows(HEADER + b"2," + b"b" * 131_000 + b"\n"))) == 1


def test_a_row_that_goes_on_and_on_costs_its_line() -> None:
    """Also where each field of it is small: the row as a whole has a limit."""
    endless = b'2,"' + b'b\n","' * 100_000 + b'"\n'
    found = rows(HEADER + endless + b"3,c\n")
    assert ["3", "c"] in cells(found)
    assert refusals(found)[0] == (2, "", "feedback.import_row_broken")


class _Endless(io.RawIOBase):
    """A file of 64 MB that nobody holds in memory: a header, one line of `b`, and a row."""

    def __init__(self) -> None:
        self._parts = self._make()
        self._rest = b""

    def _make(self) -> Iterator[bytes]:
        yield HEADER + b"1,"
        for _ in range(1024):
            yield b"b" * 65_536
        yield b"\n2,b\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # as given
        self._rest = self._rest or next(self._parts, b"")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def test_a_line_of_64_megabytes_is_not_held() -> None:
    """Memory stays that of some rows, whatever comes."""
    tracemalloc.start()
    try:
        source = io.BufferedReader(_Endless())
        with DelimitedFile(source, needed={"id", "words"}) as file:
            found = list(file)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refusals(found) == [(2, "", "feedback.import_row_broken")]
    assert cells(found) == [["2", "b"]]
    assert most < 8_000_000


@pytest.mark.parametrize("content", [b"", b"\n", b"id\n", b"words;id2\n", b"\xff\xfe\x00"])
def test_a_file_without_the_columns_is_refused_whole(content: bytes) -> None:
    """The hint names those that are missing."""
    with pytest.raises(InputError) as refused:
        rows(content)
    assert refused.value.code == "feedback.import_columns"
    assert "words" in refused.value.hint or "id" in refused.value.hint
    assert rows(HEADER) == []


def test_a_column_that_stands_twice_is_refused_where_it_is_needed() -> None:
    """Which of the two was meant nobody can know; one that nobody asks for may."""
    with pytest.raises(InputError) as refused:
        rows(b"id,words,id\n1,a,2\n")
    assert refused.value.code == "feedback.import_columns"
    assert cells(rows(b"id,words,x,x\n1,a,2,3\n")) == [["1", "a", "2", "3"]]


def test_the_file_is_left_open() -> None:
    """It is its owner's to close, also where it was refused."""
    for content in (HEADER, b"nothing\n"):
        source = io.BytesIO(content)
        try:
            with DelimitedFile(source, needed={"id"}):
                pass
        except InputError:
            pass
        assert not source.closed
