"""HTTP as data: exchanges are generators, and one driver of each colour carries them out."""

from govinteract.http.client import Limits, open_async_client, open_client, request, trust
from govinteract.http.drive import NetworkInTransaction, arun, refuse_in_transaction, run
from govinteract.http.flow import Flow

__all__ = [
    "Flow",
    "Limits",
    "NetworkInTransaction",
    "arun",
    "open_async_client",
    "open_client",
    "refuse_in_transaction",
    "request",
    "run",
    "trust",
]
