"""Report, answer, ask, resolve, reopen, rate: what a locality and its people say to each other."""

from govinteract.feedback.catalogue import Catalogue, Fee, Service
from govinteract.feedback.files import Files, StoredPhoto
from govinteract.feedback.forgetting import Holdings, Standing
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
from govinteract.feedback.photos import (
    PHOTO_LIMIT,
    PHOTOS_AT_MOST,
    PIXEL_LIMIT,
    PreparedPhoto,
    prepare_photo,
)
from govinteract.feedback.questions import Question
from govinteract.feedback.rebuild import Difference, compare_projections, rebuild_projections
from govinteract.feedback.record import Recorder, Rules
from govinteract.feedback.search import Found
from govinteract.feedback.service import Feedback, Page
from govinteract.feedback.statistics import Figures, Statistics
from govinteract.feedback.workflow import Workflow, default_workflow

__all__ = [
    "PHOTOS_AT_MOST",
    "PHOTO_LIMIT",
    "PIXEL_LIMIT",
    "Case",
    "Catalogue",
    "Checked",
    "Contact",
    "Difference",
    "Fee",
    "Feedback",
    "Figures",
    "Files",
    "Found",
    "Holdings",
    "Intake",
    "Message",
    "Page",
    "Photo",
    "PhotoRef",
    "PreparedPhoto",
    "Question",
    "Receipt",
    "Recorder",
    "Report",
    "Returned",
    "Rules",
    "Service",
    "Standing",
    "Statistics",
    "StoredPhoto",
    "Workflow",
    "compare_projections",
    "default_workflow",
    "prepare_photo",
    "rebuild_projections",
]
