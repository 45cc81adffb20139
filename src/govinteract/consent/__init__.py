"""May we, for what, and on which basis: purposes, the guard that decides, and who looked."""

from govinteract.consent.guard import Guard
from govinteract.consent.openings import OpenedField, Opening, Openings
from govinteract.consent.poison import Poison
from govinteract.consent.purposes import Basis, Purpose, Purposes

__all__ = [
    "Basis",
    "Guard",
    "OpenedField",
    "Opening",
    "Openings",
    "Poison",
    "Purpose",
    "Purposes",
]
