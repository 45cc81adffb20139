"""What leaves after the commit: letters written with the facts, delivered at least once."""

from govinteract.outbox.model import Backlog, Dead, Delivered, Letter, Outcome, Retry, Sink
from govinteract.outbox.patience import Patience
from govinteract.outbox.relay import Relay, Tally
from govinteract.outbox.service import Outbox

__all__ = [
    "Backlog",
    "Dead",
    "Delivered",
    "Letter",
    "Outbox",
    "Outcome",
    "Patience",
    "Relay",
    "Retry",
    "Sink",
    "Tally",
]
