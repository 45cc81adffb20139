"""Signed statements that people can carry, and that anybody can check with a public key.

    text = tx.statements.issue("consent.receipt", "K3QF9ZT2M", {"purpose": "newsletter"})
    read(text, KeySet.parse(published)).claims["purpose"]

The names are loaded when first used, so that reading needs no database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govinteract.attest.compact import TEXT_LIMIT, read, sign
    from govinteract.attest.keys import KeySet, StatementKey
    from govinteract.attest.model import KINDS, Claim, Statement
    from govinteract.attest.qr import qr_svg, statement_url
    from govinteract.attest.service import Statements

__all__ = [
    "KINDS",
    "TEXT_LIMIT",
    "Claim",
    "KeySet",
    "Statement",
    "StatementKey",
    "Statements",
    "qr_svg",
    "read",
    "sign",
    "statement_url",
]

_HOMES = {
    "compact": ("TEXT_LIMIT", "read", "sign"),
    "keys": ("KeySet", "StatementKey"),
    "model": ("KINDS", "Claim", "Statement"),
    "qr": ("qr_svg", "statement_url"),
    "service": ("Statements",),
}


def __getattr__(name: str) -> object:
    """Load a public name from its module the first time it is asked for (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names:
            found = getattr(import_module(f"govinteract.attest.{module}"), name)
            globals()[name] = found
            return found
    message = f"module 'govinteract.attest' has no attribute {name!r}"
    raise AttributeError(message)
