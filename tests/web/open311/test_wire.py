"""The two formats say the same."""

import json

from hypothesis import given
from hypothesis import strategies as st

from govinteract.web.open311.wire import Document, Node
from tests.web.open311.conftest import tree

_XML_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=40
)


@given(text=_XML_TEXT, number=st.floats(-180, 180), flag=st.booleans())
def test_both_formats_hold_any_text(text: str, *, number: float, flag: bool) -> None:
    """What people write comes back as it was, from XML and from JSON."""
    row: dict[str, Node] = {"description": text, "lat": number, "metadata": flag, "zipcode": None}
    document = Document("service_requests", [row])
    assert json.loads(document.to_json()) == [row]
    (request,) = tree(document.to_xml())
    assert (request.findtext("description") or "") == text
    assert float(request.findtext("lat") or "") == number
    assert request.findtext("metadata") == ("true" if flag else "false")
    assert request.findtext("zipcode") == ""


def test_a_container_is_an_array_even_of_one_or_none() -> None:
    """The Spark mapping: arrays without the children's name, null for what is empty."""
    body: dict[str, Node] = {
        "service_code": "a",
        "attributes": [{"values": [{"key": "1", "name": None}]}],
    }
    document = Document("service_definition", body)
    assert json.loads(document.to_json()) == body
    assert document.to_xml().decode().splitlines()[1] == (
        "<service_definition><service_code>a</service_code><attributes><attribute><values><value>"
        "<key>1</key><name/></value></values></attribute></attributes></service_definition>"
    )
    assert Document("errors", []).to_xml().endswith(b"<errors/>")
    assert Document("errors", []).to_json() == b"[]"


def test_characters_that_xml_has_not_are_left_out() -> None:
    """A catalogue may hold what no XML can carry; the document stays one."""
    document = Document("services", [{"service_name": "a\x00b\x0cc\ufffed"}])
    assert tree(document.to_xml()).findtext("service/service_name") == "abcd"
