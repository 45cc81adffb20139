"""Dates as people read them: weekday, day, month, year and the hour, in the locality's zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from govinteract.feedback import Case
    from govinteract.web.texts import Texts

__all__ = ["Dates", "Due"]

_SOON_DAYS = 1


@frozen
class Due:
    """How a case stands to its promise: `level` colours it, `words` say the same."""

    level: str
    words: str


@frozen(kw_only=True)
class Dates:
    """Says instants in one language and zone."""

    texts: Texts
    lang: str
    zone: ZoneInfo

    def day(self, at: datetime) -> str:
        """Return "thứ Hai, 23/11/2026"."""
        local = at.astimezone(self.zone)
        weekday = self._say(f"web.weekday_{local.weekday()}")
        month = self._say(f"web.month_{local.month}")
        return self._say(
            "web.date_day", weekday=weekday, day=local.day, month=month, year=local.year
        )

    def moment(self, at: datetime) -> str:
        """Return "17:00 thứ Hai, 23/11/2026"."""
        return self._say("web.date_moment", day=self.day(at), time=self.time(at))

    def short(self, at: datetime) -> str:
        """Return "23/11/2026 17:00"."""
        local = at.astimezone(self.zone)
        month = self._say(f"web.month_{local.month}")
        return self._say(
            "web.date_short", day=local.day, month=month, year=local.year, time=self.time(at)
        )

    def time(self, at: datetime) -> str:
        """Return "17:00"."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def machine(self, at: datetime) -> str:
        """Return the instant for a `datetime` attribute, in the locality's zone."""
        return at.astimezone(self.zone).isoformat(timespec="seconds")

    def age(self, at: datetime, now: datetime) -> str:
        """Return how long ago it was, in days: "hôm nay", "3 ngày trước"."""
        days = self._days(at, now)
        if days <= 0:
            return self._say("web.age_today")
        return self._count("web.age_days_", days)

    def due(self, case: Case, now: datetime) -> Due:
        """Say how `case` stands: in time, due soon, late, waiting for the citizen, or over."""
        if case.kind == "waiting" and case.paused_since is not None:
            return Due("waiting", self._say("web.due_waiting"))
        if case.kind not in {"received", "active", "waiting"}:
            gone = case.kind == "withdrawn"
            return Due("over", self._say("web.due_closed" if gone else "web.due_over"))
        if case.due is None:
            return Due("none", self._say("web.due_none"))
        return self._running(case.due, now)

    def _running(self, due: datetime, now: datetime) -> Due:
        days = self._days(now, due)
        if due < now:
            late = self._count("web.due_late_days_", -days)
            return Due("late", late if days else self._say("web.due_late_today"))
        if days == 0:
            return Due("soon", self._say("web.due_today", time=self.time(due)))
        return Due("soon" if days <= _SOON_DAYS else "fine", self._count("web.due_days_", days))

    def _days(self, start: datetime, end: datetime) -> int:
        return (end.astimezone(self.zone).date() - start.astimezone(self.zone).date()).days

    def _count(self, beginning: str, n: int) -> str:
        return self._say(beginning + ("one" if n == 1 else "many"), n=n)

    def _say(self, message_id: str, **params: object) -> str:
        return self.texts.say(message_id, self.lang, **params)
