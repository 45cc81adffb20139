"""What citizens see: report in three steps, keep a code, follow the case, answer, rate."""

from govinteract.web.citizen.paths import routes

__all__ = ["routes"]
