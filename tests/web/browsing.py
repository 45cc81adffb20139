"""A browser without a screen: follows links and fills in the forms that a page really has."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Self, TypeAlias

import httpx
from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp

__all__ = ["ADDRESS", "Browser", "Files", "HtmlForm", "Page"]

Files: TypeAlias = list[tuple[str, tuple[str, bytes, str]]]
"""Fields with a file's name, content and kind."""
ADDRESS = "http://ward.example.vn"


@define
class HtmlForm:
    """A form as its page has it: where it goes, and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(factory=dict)
    buttons: list[tuple[str, str]] = field(factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._form: HtmlForm | None = None
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "a":
                self.links.append(given.get("href", ""))
            case "form":
                self._form = HtmlForm(given.get("action", ""), given.get("method", "get"))
                self.forms.append(self._form)
            case "input" if self._form is not None:
                self._input(self._form, given)
            case "textarea" if self._form is not None:
                self._area = given["name"]
                self._form.fields.setdefault(self._area, [""])
            case "select":
                self._select = given["name"]
            case "option" if self._form is not None and self._select and "selected" in given:
                self._form.fields[self._select] = [given["value"]]
            case "button" if self._form is not None and given.get("name"):
                self._form.buttons.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._area is not None and self._form is not None:
            self._form.fields[self._area] = [data.removeprefix("\n")]

    @staticmethod
    def _input(form: HtmlForm, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if kind in {"file", "image", "submit"} or not name:
            return
        if kind in {"radio", "checkbox"} and "checked" not in given:
            return
        form.fields.setdefault(name, []).append(given.get("value", ""))


class Page:
    """What came back, read as a page."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.text = response.text
        self.url = response.url
        reader = _Reader()
        reader.feed(self.text)
        self.forms, self.links = reader.forms, reader.links
        self.words = " ".join(" ".join(reader.words).split())

    def form(self, action: str, **having: str) -> HtmlForm:
        """Return the form that goes to `action` and has these values already."""
        return next(
            form
            for form in self.forms
            if form.action == action
            and all(form.fields.get(name) == [value] for name, value in having.items())
        )


class Browser:
    """One person's browser, with its cookies, in front of `app`."""

    def __init__(self, app: ASGIApp, **headers: str) -> None:
        self._runner = asyncio.Runner()
        # A server logs what an app raises after its answer; so does this one, and goes on.
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(
            transport=transport, base_url=ADDRESS, follow_redirects=True,
            headers={"accept": "text/html", "accept-language": "vi"} | headers,
        )  # fmt: skip

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookies it holds."""
        return self._client.cookies

    def get(self, path: str, **headers: str) -> Page:
        """Open a page."""
        return self.send("GET", path, headers=headers)

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None,
        data: Mapping[str, Sequence[str]] | None = None, content: bytes | None = None,
        files: Files | None = None, follow: bool = True,
    ) -> Page:  # fmt: skip
        """Send a request as it is and read what comes back."""
        sent = self._client.request(
            method, path, headers=headers, data=data and dict(data), content=content, files=files,
            follow_redirects=follow,
        )  # fmt: skip
        return Page(self._runner.run(sent))

    def submit(
        self, form: HtmlForm, files: Files | None = None, /,
        **values: str | list[str],
    ) -> Page:  # fmt: skip
        """Send `form` with `values` typed in (`answer__kind` for `answer.kind`) and `files`."""
        typed = {name.replace("__", "."): value for name, value in values.items()}
        data = {**form.fields, **typed}
        headers = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
        method = form.method.upper()
        return self.send(method, form.action, data=data, files=files, headers=headers)

    def close(self) -> None:
        """Close it."""
        self._runner.run(self._client.aclose())
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
