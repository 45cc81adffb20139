"""What a client learns first, and the list of services with their questions."""

import pytest

from tests.web.open311.conftest import Town

PROMPTED = [
    ("height", "number"),
    ("species", "string"),
    ("since", "datetime"),
    ("around", "text"),
    ("blocks", "singlevaluelist"),
    ("danger", "multivaluelist"),
    ("call", "string"),
]


def test_discovery_names_the_endpoint_in_both_formats(quiet_town: Town) -> None:
    """A client learns where the server is, what it speaks and how to get a key."""
    told = quiet_town.get("/discovery.json").json()
    assert set(told) == {"changeset", "contact", "key_service", "endpoints"}
    assert all(isinstance(told[name], str) and told[name] for name in set(told) - {"endpoints"})
    (endpoint,) = told["endpoints"]
    assert endpoint == {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": "https://www.hoa-binh.example.vn/open311/v2",
        "changeset": told["changeset"],
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    root = quiet_town.xml("/discovery.xml")
    assert root.tag == "discovery"
    assert [one.text for one in root.findall("endpoints/endpoint/formats/format")] == [
        "text/xml",
        "application/json",
    ]
    assert root.findtext("endpoints/endpoint/url") == endpoint["url"]


@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [("xml", "text/xml; charset=utf-8"), ("json", "application/json; charset=utf-8")],
)
@pytest.mark.parametrize("path", ["/discovery", "/services", "/services/tree.fallen", "/requests"])
def test_each_format_has_its_content_type(
    quiet_town: Town, path: str, suffix: str, content_type: str
) -> None:
    """The suffix of the path chooses the format, and the header says which it is."""
    answer = quiet_town.get(f"{path}.{suffix}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert answer.headers["access-control-allow-origin"] == "*"
    if suffix == "xml":
        assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>')


def test_the_list_has_what_is_published(quiet_town: Town) -> None:
    """A service that is not published is not offered; metadata is a real boolean."""
    entries = quiet_town.get("/services.json").json()
    assert [one["service_code"] for one in entries] == ["street-light", "tree.fallen", "question"]
    assert entries[0] == {
        "service_code": "street-light",
        "service_name": "Đèn đường hỏng",
        "description": "Đèn tắt & cột <hư>",
        "metadata": False,
        "type": "realtime",
        "keywords": "đèn,light",
        "group": "Hạ tầng",
    }
    assert entries[1]["metadata"] is True
    assert entries[1]["description"] is None
    root = quiet_town.xml("/services.xml")
    assert root.tag == "services"
    assert [one.findtext("metadata") for one in root.findall("service")] == [
        "false",
        "true",
        "false",
    ]
    assert root.findtext("service/description") == "Đèn tắt & cột <hư>"


def test_the_names_are_in_the_language_asked_for(quiet_town: Town) -> None:
    """`?lang=` chooses, then Accept-Language, then it is Vietnamese; a missing name stands in."""
    url = f"{quiet_town.url}/services.json"
    client = quiet_town.client
    names = [
        [one["service_name"] for one in answer.json()[:2]]
        for answer in (
            client.get(url, params={"lang": "en"}),
            client.get(url, headers={"Accept-Language": "fr, en-GB;q=0.8, vi;q=0.4"}),
            client.get(url, params={"lang": "xx"}),
        )
    ]
    assert names == [
        ["Broken street light", "Cây đổ"],
        ["Broken street light", "Cây đổ"],
        ["Đèn đường hỏng", "Cây đổ"],
    ]


def test_a_definition_has_the_six_datatypes(quiet_town: Town) -> None:
    """Each question comes with its type, its order from 1, real booleans and its choices."""
    told = quiet_town.get("/services/tree.fallen.json", lang="en").json()
    assert set(told) == {"service_code", "attributes"}
    assert told["service_code"] == "tree.fallen"
    attributes = told["attributes"]
    assert [(one["code"], one["datatype"]) for one in attributes] == PROMPTED
    assert [one["order"] for one in attributes] == list(range(1, 8))
    assert [one["required"] for one in attributes] == [True, *[False] * 6]
    assert [one["variable"] for one in attributes] == [*[True] * 6, False]
    assert attributes[0]["datatype_description"] == "Metres"
    assert attributes[1]["datatype_description"] is None
    assert [one["name"] for one in attributes[4]["values"]] == ["Road", "Path"]
    assert [one["key"] for one in attributes[5]["values"]] == ["wire", "house"]
    assert [one["code"] for one in attributes if "values" in one] == ["blocks", "danger"]


def test_a_definition_in_xml(quiet_town: Town) -> None:
    """The attributes stand in their container, as the specification has it."""
    root = quiet_town.xml("/services/tree.fallen.xml")
    assert root.tag == "service_definition"
    attributes = root.findall("attributes/attribute")
    assert [one.findtext("code") for one in attributes] == [code for code, _ in PROMPTED]
    assert [one.findtext("variable") for one in attributes][-1] == "false"
    assert [one.findtext("key") for one in attributes[4].findall("values/value")] == [
        "road",
        "path",
    ]


def test_a_service_without_questions_has_an_empty_definition(quiet_town: Town) -> None:
    """Asking for what is not there to ask is no error."""
    told = quiet_town.get("/services/street-light.json").json()
    assert told == {"service_code": "street-light", "attributes": []}
    root = quiet_town.xml("/services/street-light.xml")
    assert [child.tag for child in root] == ["service_code", "attributes"]


@pytest.mark.parametrize("code", ["nothing", "hidden", "tree"])
def test_a_definition_of_no_service_is_not_found(quiet_town: Town, code: str) -> None:
    """An unknown service and one that is not published are told alike."""
    answer = quiet_town.get(f"/services/{code}.json")
    assert answer.status_code == 404
    assert answer.json()[0]["code"] == 404
