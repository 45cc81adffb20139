"""Who is at the desk: officers' accounts, their sessions, and how often somebody may try."""

from govinteract.identity.attempts import Attempts, Limit
from govinteract.identity.model import Account, Session
from govinteract.identity.officers import Officers
from govinteract.identity.sessions import Sessions

__all__ = ["Account", "Attempts", "Limit", "Officers", "Session", "Sessions"]
