"""The officers' desk: sign in, take the next case, answer it."""

from govinteract.web.desk.paths import routes

__all__ = ["routes"]
