import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from govinteract import Locality, Settings
from govinteract.feedback import Contact, Report
from govinteract.kernel import Anonymous
from govinteract.vault.tenant_keys import ROLES, SETTLE
from tests.cli.conftest import Command


class Later:
    """The system's clock, so much later."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        """Return the later hour."""
        return datetime.now(UTC) + self.by


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let every locality that is opened have a clock that the test moves."""
    clock = Later()
    monkeypatch.setattr("govinteract.locality.SystemClock", lambda: clock)
    return clock


def opened(**settings: Any) -> Locality:
    """Open the locality as the commands do."""
    return Locality(Settings.load(single_machine=True, **settings))


def submit() -> str:
    """Report something and return the code."""
    with opened() as ward, ward.acting_as(Anonymous()) as tx:
        report = Report(service="street-light", text="Đèn tắt")
        return tx.feedback.submit(report, contact=Contact(phone="0912 345 678")).code.text


def read(code: str, **settings: Any) -> str:
    """Read a report by its code."""
    with opened(**settings) as ward, ward.acting_as(Anonymous(), purpose="self-access") as tx:
        text: str = tx.open(tx.feedback.find(code).text).reveal()
    return text


def test_status_says_what_is_left(home: Path, ready: Command) -> None:
    """Keys, their wrappings, rotations and recovery shares, as JSON and in words."""
    found = json.loads(ready("keys", "status", "--json").out)
    assert {key["role"] for key in found["keys"]} == set(ROLES)
    assert {tuple(key["further"]) for key in found["keys"]} == {()}
    assert found["left"]["epoch"] is None
    assert found["left"]["root"]["left"] == 0
    assert found["recovery"] is found["data_keys_from"] is None
    said = ready("keys", "status").out
    assert "No rotation of epochs is going on." in said
    assert f"All {len(ROLES)} keys are wrapped by: file:" in said
    assert "govinteract keys shares" in said
    assert "Tất cả" in ready("keys", "status", lang="vi").out


def test_epochs_are_rotated_step_by_step(home: Path, ready: Command, later: Later) -> None:
    """Each run does what is due and says when to come again; at the end the old key is gone."""
    code = submit()
    begun = ready("keys", "rotate", "--epoch")
    assert begun.status == 0
    assert "Epoch 2 is made and comes into use at" in begun.out
    assert ready("keys", "rotate").out == begun.out
    again = ready("keys", "rotate", "--epoch")
    assert again.status == 1
    assert "vault.rotation_unfinished" in again.err
    later.by += SETTLE
    moved = ready("keys", "rotate").out
    assert "wraps have moved, 0 are left" in moved
    left = json.loads(ready("keys", "status", "--json").out)["left"]["epoch"]
    assert (left["epoch"], left["step"], left["left"]) == (2, "settling", 0)
    assert read(code) == "Đèn tắt"
    later.by += SETTLE
    assert "the older epochs' keys are destroyed" in ready("keys", "rotate").out
    keys = json.loads(ready("keys", "status", "--json").out)["keys"]
    assert [key["epoch"] for key in keys if key["role"] == "kek"] == [2]
    assert read(code) == "Đèn tắt"
    assert "No rotation" in ready("keys", "rotate").out


def test_waiting_does_all_at_once(
    home: Path, ready: Command, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --wait one command makes, moves, settles and destroys."""

    def sleep(seconds: float) -> None:
        later.by += timedelta(seconds=60 * seconds)

    monkeypatch.setattr("time.sleep", sleep)
    code = submit()
    said = ready("keys", "rotate", "--epoch", "--wait", "--json")
    assert said.status == 0
    found = json.loads(said.out)
    assert found["rotated"]["step"] == "finished"
    assert [key["epoch"] for key in found["keys"] if key["role"] == "kek"] == [2]
    assert read(code) == "Đèn tắt"


def test_provider_is_changed_by_the_settings(
    home: Path, ready: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`rotate --root` makes the wrappings what the settings say."""
    code = submit()
    monkeypatch.setenv("GOVINTERACT_KEY_PROVIDER", "passphrase:new.key")
    monkeypatch.setenv("GOVINTERACT_KEY_PASSPHRASE", "bay chiếc nón lá trên cầu")
    monkeypatch.setenv("GOVINTERACT_SECOND_KEY_PROVIDER", "file:ward.key")
    assert "made key file new.key" in ready("db", "upgrade").out
    assert f"{len(ROLES)} of {len(ROLES)} keys are not yet" in ready("keys", "status").out
    assert "All" in ready("keys", "rotate", "--root").out
    monkeypatch.setenv("GOVINTERACT_SECOND_KEY_PROVIDER", "")
    assert ready("keys", "rotate", "--root").status == 0
    (home / "ward.key").unlink()
    assert read(code) == "Đèn tắt"
    monkeypatch.setenv("GOVINTERACT_KEY_PASSPHRASE", "chiếc nón lá khác trên cầu")
    wrong = ready("keys", "status")
    assert wrong.status == 2
    assert "GOVINTERACT_KEY_PASSPHRASE" in wrong.err
    assert "nón" not in wrong.err


def test_data_keys_are_renewed(home: Path, ready: Command) -> None:
    """`rotate --data` says since when new keys are used."""
    assert "under new data keys" in ready("keys", "rotate", "--data").out
    assert json.loads(ready("keys", "status", "--json").out)["data_keys_from"]


def shares_of(said: str) -> list[str]:
    """Return the lines that are shares."""
    return [line for line in said.splitlines() if len(line.split()) == 33]


def test_shares_bring_back_what_a_lost_key_file_wrapped(home: Path, ready: Command) -> None:
    """The key file is lost; three papers and a new file later everything opens."""
    code = submit()
    made = ready("keys", "shares", stdin="yes\n")
    shares = shares_of(made.out)
    assert len(shares) == 5
    assert made.out.count("any 3 of them open every key") == 5
    assert f"open all {len(ROLES)} keys" in made.out
    assert "any 3 of 5 shares" in ready("keys", "status").out
    (home / "ward.key").unlink()
    paper = "\n".join(shares[1:4]) + "\n"
    assert ready("db", "upgrade").status == 1  # a new key file, which opens nothing
    checked = ready("keys", "recover", "--check", stdin=paper)
    assert (checked.status, f"open all {len(ROLES)}" in checked.out) == (0, True)
    recovered = ready("keys", "recover", stdin=paper)
    assert recovered.status == 0
    assert f"Recovered {len(ROLES)} keys" in recovered.out
    assert read(code) == "Đèn tắt"
    assert ready("audit", "verify").status == 0


def test_shares_that_are_not_confirmed_open_nothing(home: Path, ready: Command) -> None:
    """Without a yes nothing is stored, and earlier shares stay good."""
    first = shares_of(ready("keys", "shares", stdin="có\n", lang="vi").out)
    second = ready("keys", "shares", "--threshold", "2", "--shares", "2", stdin="\n")
    assert second.status == 1
    assert "Nothing was stored" in second.err
    wrong = ready("keys", "recover", "--check", stdin="\n".join(shares_of(second.out)))
    assert (wrong.status, "vault.recovery_foreign" in wrong.err) == (1, True)
    assert ready("keys", "recover", "--check", stdin="\n".join(first[2:])).status == 0


def test_shares_are_read_with_care(home: Path, ready: Command) -> None:
    """No share, a wrong word, too few, impossible numbers: each is said, nothing is quoted."""
    shares = shares_of(ready("keys", "shares", stdin="yes\n").out)
    assert ready("keys", "recover", stdin="\n").status == 2
    words = shares[0].split()
    damaged = " ".join([*words[:-1], words[0]])
    wrong = ready("keys", "recover", "--check", stdin=f"{damaged}\n{shares[1]}\n{shares[2]}\n")
    assert (wrong.status, "share 1 has a wrong" in wrong.err) == (2, True)
    assert not set(words[4:]) & set(wrong.err.split())
    few = ready("keys", "recover", "--check", stdin=f"{shares[0]}\n{shares[1]}\n")
    assert (few.status, "3 different shares" in few.err) == (2, True)
    assert ready("keys", "shares", "--threshold", "1").status == 2
    assert ready("keys", "recover", "--check", stdin="\n".join(shares)).status == 0
