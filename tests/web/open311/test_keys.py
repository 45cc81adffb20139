"""Who may report: keys are known for seconds, and revoked ones are refused soon."""

from sqlalchemy import event

from govinteract.apikeys import ApiKeys
from govinteract.kernel import System
from govinteract.web.open311.keys import MEMORY
from tests.web.open311.conftest import Town, issue_key

LIGHT = {"service_code": "street-light", "lat": "16.46", "long": "107.59", "description": "Tắt"}


def revoke(town: Town, name: str) -> None:
    """Revoke the keys of a program."""
    with town.ward.acting_as(System("tests")) as tx:
        ApiKeys(tx.transaction, tx.facts, town.ward.keyring.fingerprint).revoke(name)


def test_a_revoked_key_is_refused_within_seconds(town: Town) -> None:
    """What a process remembers of a key ends after five seconds, in either direction of time."""
    assert town.post(LIGHT).status_code == 200
    revoke(town, "city-app")
    assert town.post(LIGHT).status_code == 200
    town.hands.move(seconds=-MEMORY.seconds)
    assert town.post(LIGHT).status_code == 403
    town.hands.move(seconds=MEMORY.seconds)
    assert town.post(LIGHT).status_code == 403


def test_another_key_is_good_while_one_is_refused(town: Town) -> None:
    """Each program has its own key."""
    kiosk = issue_key(town.ward, "kiosk")
    revoke(town, "city-app")
    assert town.post(LIGHT).status_code == 403
    assert town.post(LIGHT | {"api_key": kiosk}).status_code == 200


def test_a_key_is_asked_for_once_in_a_while(town: Town) -> None:
    """Reports that follow each other do not ask the database for the key again."""
    asked: list[str] = []

    @event.listens_for(town.ward.engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "gi_api_key" in statement:
            asked.append(statement)

    for _ in range(3):
        assert town.post(LIGHT).status_code == 200
    assert len(asked) == 1
    town.hands.move(seconds=MEMORY.seconds)
    assert town.post(LIGHT).status_code == 200
    assert len(asked) == 2
    event.remove(town.ward.engine, "before_cursor_execute", note)
