"""The app of a ward: its settings, the library's pages, and one endpoint of its own.

uvicorn --factory app:make_app --no-access-log
"""

from collections import Counter
from pathlib import Path

from fastapi import FastAPI

from govinteract import Locality, Settings, web
from govinteract.kernel import System
from govinteract.web.fastapi import attach

HERE = Path(__file__).parent


def make_app(settings: Settings | None = None) -> FastAPI:
    """Open the ward and return its app: the pages, the desk, Open311 and `/api/open`."""
    ward = Locality.open(settings or Settings.load(HERE / "ward.toml"))
    ward.upgrade()
    app = FastAPI(
        title="Phường Hòa Bình",
        lifespan=web.lifespan(ward),  # orders the log, sends messages, sweeps up
        docs_url=None,  # the documentation pages would load scripts from elsewhere
        redoc_url=None,
    )

    @app.get("/api/open")
    def open_cases() -> dict[str, int]:
        """Return how many cases are open, by service: figures, and nobody's data."""
        with ward.acting_as(System("figures")) as tx:
            counts: Counter[str] = Counter()
            after = None
            while True:
                page = tx.feedback.queue(after=after, limit=500)
                counts.update(case.service for case in page.cases)
                after = page.after
                if after is None:
                    return dict(counts)

    attach(app, ward)  # last: it answers every path that nothing above answers
    return app
