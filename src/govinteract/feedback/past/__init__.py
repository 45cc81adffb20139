"""Another system's records, brought in with their history: no promise made, nobody told."""

from govinteract.feedback.past.bring import BATCH, Totals, bring_reports
from govinteract.feedback.past.delimited import DelimitedFile
from govinteract.feedback.past.mapping import ImportMapping
from govinteract.feedback.past.model import Arrived, PastReport, Refusal
from govinteract.feedback.past.rows import RowReader

__all__ = [
    "BATCH",
    "Arrived",
    "DelimitedFile",
    "ImportMapping",
    "PastReport",
    "Refusal",
    "RowReader",
    "Totals",
    "bring_reports",
]
