"""Two languages: asked for, kept, or the browser's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.browsing import Browser


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("vi", "vi"), ("en-GB,en;q=0.9", "en"), ("fr,en;q=0.5,vi;q=0.7", "vi"), ("fr", "vi"),
        ("", "vi"), ("en;q=rubbish", "vi"),
    ],
)  # fmt: skip
def test_the_browsers_language_is_taken(
    person: Callable[..., Browser], accepted: str, lang: str
) -> None:
    """The best of ours that it accepts, Vietnamese when it accepts none."""
    page = person(**{"accept-language": accepted}).get("/")
    assert page.response.headers["content-language"] == lang
    assert f'<html lang="{lang}">' in page.text


def test_a_chosen_language_stays(citizen: Browser) -> None:
    """`?lang=` is kept in a cookie; a language that we don't have changes nothing."""
    assert "Report a problem" in citizen.get("/?lang=en").words
    assert "Report a problem" in citizen.get("/").words
    assert "Report a problem" in citizen.get("/?lang=fr").words
    assert "Gửi phản ánh" in citizen.get("/?lang=vi").words


def test_the_switch_keeps_the_page_and_its_question(citizen: Browser) -> None:
    """Its link goes to the same page with the same parameters."""
    page = citizen.get("/report?service=rubbish&lang=vi")
    assert 'formaction="/report?lang=en"' in page.text
    assert "?lang=en" in citizen.get("/case").links
