"""One archive with everything of a person, readable without us: JSON, pictures, a page of words.

    README.txt     what is in it, in the language asked for
    data.json      every room's document, and who opened the data, when and what for
    photos/*.jpg   the pictures as they were kept

It is plaintext: whoever writes it gives it to the person and to nobody else.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

from attrs import asdict, has

from govinteract.locale import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import IO

    from govinteract.consent import Opening
    from govinteract.vault import Personal, Portable, Sealed

__all__ = ["FORMAT", "write_export"]

FORMAT = "govinteract-export/1"


def write_export(
    sink: IO[bytes], parts: Sequence[Portable], openings: Sequence[Opening], *,
    open_all: Callable[[Sequence[Sealed]], Sequence[Personal[Any]]], locality: str,
    at: datetime, lang: str = "vi",
) -> dict[str, int]:  # fmt: skip
    """Open everything in `parts` at once, write the archive, and return how much is in it.

    `open_all` is the transaction's door: one fact names all that was opened before any of
    it is written. Raises what the door raises, with nothing written.
    """
    leaves = list(dict.fromkeys(leaf for part in parts for leaf in part.leaves()))
    values = dict(zip(leaves, (value.reveal() for value in open_all(leaves)), strict=True))
    document = {
        "format": FORMAT, "locality": locality, "at": at.isoformat(),
        **{part.room: part.opened(values) for part in parts},
        "openings": [
            {
                "at": one.at.isoformat(), "who": one.actor, "purpose": one.purpose,
                "basis": one.basis,
                "fields": [f"{field.data_class}/{field.field}" for field in one.fields],
            }
            for one in openings
        ],
    }  # fmt: skip
    files = {name: file for part in parts for name, file in part.files.items()}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "README.txt", translate("subjects.export_readme", lang).encode(), at)
        text = json.dumps(document, ensure_ascii=False, indent=2, default=_plain)
        _add(archive, "data.json", text.encode(), at)
        for name, file in files.items():
            _add(archive, name, values[file.key].open_bytes(file.content), at)
    return {"values": len(leaves), "files": len(files), "openings": len(openings)}


def _plain(value: Any) -> Any:
    """Return an opened value as JSON holds it: a contact is its parts, a code its text."""
    if has(type(value)):
        return asdict(value)
    return str(value)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, at: datetime) -> None:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.external_attr = 0o600 << 16
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".jpg") else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
