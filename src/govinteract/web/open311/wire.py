"""Documents in the two formats of GeoReport v2: XML, and the JSON that maps it.

Open311, "JSON and XML Conversion", the Spark convention: the root's name is dropped, a
container of repeated children is always an array, an empty element is null. A document is
written down once, as plain values, and both formats are made from it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias
from xml.sax.saxutils import escape

from attrs import frozen
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["FORMATS", "Document", "Node"]

Node: TypeAlias = "bool | int | float | str | Sequence[Node] | Mapping[str, Node] | None"
"""What stands in an element: nothing, a value, repeated children or named ones."""

FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
"""The content type of each format, by the suffix that asks for it."""

_CHILD = {
    "attributes": "attribute", "endpoints": "endpoint", "errors": "error", "formats": "format",
    "notes": "note", "service_requests": "request", "services": "service", "values": "value",
}  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


@frozen
class Document:
    """One answer: the name of its root and what stands in it.

    >>> document = Document("services", [{"service_code": "001", "group": None}])
    >>> document.to_json()
    b'[{"service_code":"001","group":null}]'
    >>> print(document.to_xml().decode().splitlines()[1])
    <services><service><service_code>001</service_code><group/></service></services>
    """

    root: str
    body: Node

    def response(
        self, suffix: str, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the HTTP response in the format that `suffix` (xml or json) names."""
        content = self.to_json() if suffix == "json" else self.to_xml()
        every = {"Content-Type": FORMATS[suffix], "Access-Control-Allow-Origin": "*"}
        return Response(content, status, {**every, **(headers or {})})

    def to_json(self) -> bytes:
        """Return the document as JSON in UTF-8."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    def to_xml(self) -> bytes:
        """Return the document as XML 1.0 in UTF-8; characters that XML can't carry are left out."""
        return (_DECLARATION + "".join(_element(self.root, self.body))).encode()


def _element(name: str, node: Node) -> Iterator[str]:
    content = "".join(_content(name, node))
    yield f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def _content(name: str, node: Node) -> Iterator[str]:
    match node:
        case None:
            return
        case bool():
            yield "true" if node else "false"
        case str():
            yield escape(_NOT_XML.sub("", node))
        case int() | float():
            yield str(node)
        case dict():
            for child, value in node.items():
                yield from _element(child, value)
        case _:
            for value in node:
                yield from _element(_CHILD[name], value)
