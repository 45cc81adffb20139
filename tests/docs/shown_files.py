"""The files that a document shows, written where its examples run: the examples use them."""

from collections.abc import Iterator
from pathlib import Path

from sybil import Document, Example, Region
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

__all__ = ["shown_files"]

_TITLED = FencedCodeBlockLexer(
    language=r'[a-z]+ title="[^"]+"', mapping={"language": "arguments", "source": "source"}
)


def shown_files(document: Document) -> Iterator[Region]:
    """Yield the fenced blocks that have a title: the name of the file that they are."""
    for region in _TITLED(document):
        region.parsed = region.lexemes["arguments"].split('"')[1], region.lexemes["source"]
        region.evaluator = _write
        yield region


def _write(example: Example) -> None:
    name, source = example.parsed
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
