"""May we, for what, and on which basis: purposes as data, and the guard that decides."""

from govinteract.consent.guard import Guard
from govinteract.consent.purposes import Basis, Purpose, Purposes

__all__ = ["Basis", "Guard", "Purpose", "Purposes"]
