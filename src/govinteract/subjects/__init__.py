"""People whose data we hold: what there is of them, held by law, handed over, erased for good."""

from govinteract.subjects.certificate import ErasureCertificate, certificate_of, sign_certificate
from govinteract.subjects.export import write_export
from govinteract.subjects.model import Erasure, Hold, Holder
from govinteract.subjects.retention import (
    ANONYMOUS_CLASSES,
    Due,
    Policies,
    Policy,
    Stay,
)
from govinteract.subjects.service import Subjects

__all__ = [
    "ANONYMOUS_CLASSES",
    "Due",
    "Erasure",
    "ErasureCertificate",
    "Hold",
    "Holder",
    "Policies",
    "Policy",
    "Stay",
    "Subjects",
    "certificate_of",
    "sign_certificate",
    "write_export",
]
