"""What a room hands over of a person: a document with sealed leaves, and sealed files.

A room builds it without opening anything. Whoever may open it asks for all leaves at once,
so that one fact names them all, and puts the values in their places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from govinteract.vault.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Portable", "PortableFile"]


@frozen
class PortableFile:
    """A stored file: `key` opens through the door, `content` is what the key reads."""

    key: Sealed
    content: bytes = field(repr=False)


@frozen
class Portable:
    """What `room` holds of one person: JSON whose leaves may be `Sealed`, and files by name."""

    room: str
    document: Any
    files: Mapping[str, PortableFile] = field(factory=dict)

    def leaves(self) -> list[Sealed]:
        """Return every sealed value in it: those of the document, then the files' keys."""
        return [*_leaves(self.document), *(file.key for file in self.files.values())]

    def opened(self, values: Mapping[Sealed, Any]) -> Any:
        """Return the document with each sealed leaf replaced by what `values` has for it."""
        return _opened(self.document, values)


def _leaves(part: Any) -> Iterator[Sealed]:
    if isinstance(part, Sealed):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _leaves(value)
    elif isinstance(part, list):
        for value in part:
            yield from _leaves(value)


def _opened(part: Any, values: Mapping[Sealed, Any]) -> Any:
    if isinstance(part, Sealed):
        return values[part]
    if isinstance(part, dict):
        return {key: _opened(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [_opened(value, values) for value in part]
    return part
