"""Bytes that can be read in one way only: what is hashed, signed or authenticated.

A frame is a count and then each part behind its length, so that no two lists of parts
share a frame whatever the parts hold. The first part names the domain and its version.
"""

from __future__ import annotations

import struct

__all__ = ["frame"]


def frame(*parts: str | bytes) -> bytes:
    """Frame `parts` as u8 count, then u32be length and bytes each (text as UTF-8).

    >>> frame("gi/x/v1", b"ab").hex()
    '020000000767692f782f7631000000026162'
    """
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    out = [struct.pack(">B", len(raw))]
    for part in raw:
        out += [struct.pack(">I", len(part)), part]
    return b"".join(out)
