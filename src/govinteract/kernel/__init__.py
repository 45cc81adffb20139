"""Values and rules that every room speaks in, without I/O.

Time and randomness are handed in (`Clock`, `Entropy`); what is made here is frozen, valid
from the start, and hides in `repr` what is personal or secret.
"""

from __future__ import annotations

from govinteract.kernel.actor import Actor, Anonymous, Citizen, Officer, System
from govinteract.kernel.calendar import Holidays, MakeUpDays, WorkingCalendar
from govinteract.kernel.clock import Clock, SystemClock
from govinteract.kernel.codes import CaseCode, MemoCode, PublicId
from govinteract.kernel.email import Email
from govinteract.kernel.entropy import Entropy, SystemEntropy
from govinteract.kernel.hours import Hours
from govinteract.kernel.ids import new_id
from govinteract.kernel.money import Money
from govinteract.kernel.phone import Phone
from govinteract.kernel.place import Point, Unit
from govinteract.kernel.promise import Pause, Promise, WorkingDays, WorkingHours, parse_promise
from govinteract.kernel.text import clean, excerpt, fold

__all__ = [
    "Actor",
    "Anonymous",
    "CaseCode",
    "Citizen",
    "Clock",
    "Email",
    "Entropy",
    "Holidays",
    "Hours",
    "MakeUpDays",
    "MemoCode",
    "Money",
    "Officer",
    "Pause",
    "Phone",
    "Point",
    "Promise",
    "PublicId",
    "System",
    "SystemClock",
    "SystemEntropy",
    "Unit",
    "WorkingCalendar",
    "WorkingDays",
    "WorkingHours",
    "clean",
    "excerpt",
    "fold",
    "new_id",
    "parse_promise",
]
