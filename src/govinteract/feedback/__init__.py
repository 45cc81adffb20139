"""Report, answer, ask, resolve, reopen, rate: what a locality and its people say to each other."""

from govinteract.feedback.catalogue import Catalogue, Fee, Service
from govinteract.feedback.files import Files, StoredPhoto
from govinteract.feedback.intake import Checked, Intake
from govinteract.feedback.model import (
    Case,
    Contact,
    Message,
    Photo,
    PhotoRef,
    Receipt,
    Report,
    Returned,
)
from govinteract.feedback.questions import Question
from govinteract.feedback.record import Recorder, Rules
from govinteract.feedback.service import Feedback, Page
from govinteract.feedback.workflow import Workflow, default_workflow

__all__ = [
    "Case",
    "Catalogue",
    "Checked",
    "Contact",
    "Fee",
    "Feedback",
    "Files",
    "Intake",
    "Message",
    "Page",
    "Photo",
    "PhotoRef",
    "Question",
    "Receipt",
    "Recorder",
    "Report",
    "Returned",
    "Rules",
    "Service",
    "StoredPhoto",
    "Workflow",
    "default_workflow",
]
