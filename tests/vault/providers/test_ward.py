"""Tests of a whole ward on real key services: an outage, a lost key, a way back on paper."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from govinteract import Locality, Settings
from govinteract.errors import GovInteractError, ProviderError
from govinteract.feedback import Contact, Receipt, Report
from govinteract.vault.epoch_rotation import EpochRotation
from govinteract.vault.recover import check_shares, new_shares, recover_keys
from govinteract.vault.root_rotation import RootRotation
from govinteract.vault.tenant_keys import ROLES, SETTLE
from tests.support import ANONYMOUS, Hands
from tests.vault.providers.servers import BAO_TOKEN, PIN, SOFTHSM, Bao

TEXT = "Đèn trước số 12 Lê Lợi tắt"


@frozen
class Place:
    """A ward's folder, the server that keeps its root key, and its clock."""

    home: Path
    bao: Bao
    hands: Hands

    def ward(self, *, new: bool = True, **changes: Any) -> Locality:
        """Open the ward, by default with its root key in OpenBao; `new` makes what is missing."""
        values: dict[str, Any] = {
            "database_url": f"sqlite:///{self.home / 'ward.db'}", "locality": "hoa-binh",
            "key_provider": f"openbao:{self.bao.url}#ward-root", "openbao_token": BAO_TOKEN,
            "single_machine": True, **changes,
        }  # fmt: skip
        ward = Locality(Settings.load(**values), clock=self.hands)
        if new:
            ward.upgrade()
        return ward


@pytest.fixture
def place(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Return a ward's place with an OpenBao of its own, which a test may end."""
    server = Bao(tmp_path_factory.mktemp("own-bao"))
    try:
        server.start()
        server.make_key("ward-root")
        yield Place(tmp_path, server, Hands())
    finally:
        server.stop()


def submit(ward: Locality) -> Receipt:
    """Report something, with a phone number."""
    with ward.acting_as(ANONYMOUS) as tx:
        report = Report(service="street-light", text=TEXT)
        return tx.feedback.submit(report, contact=Contact(phone="0912 345 678"))


def read(ward: Locality, receipt: Receipt) -> str:
    """Read one's own report."""
    with ward.acting_as(ANONYMOUS, purpose="self-access") as tx:
        text: str = tx.open(tx.feedback.find(receipt.code).text).reveal()
    return text


def said(action: Callable[[], object]) -> str:
    """Return the code of what is refused."""
    with pytest.raises(GovInteractError) as error:
        action()
    return error.value.code


def test_intake_goes_on_while_openbao_hangs(place: Place) -> None:
    """While the server says nothing reports still come in; reading says why not, and comes back."""
    with place.ward() as ward:
        before = submit(ward)
        assert read(ward, before) == TEXT
        with place.bao.frozen():
            place.hands.move(seconds=301)
            during = submit(ward)
            place.hands.move(seconds=5)
            later = submit(ward)
            with pytest.raises(ProviderError) as silent:
                read(ward, before)
            assert silent.value.code == "vault.provider_unreachable"
            assert "phản ánh mới vẫn được tiếp nhận" in silent.value.message("vi")
        place.hands.move(seconds=15)
        assert [read(ward, receipt) for receipt in (before, during, later)] == [TEXT] * 3
        assert ward.verify().good


def test_killed_server_loses_nothing_that_has_a_second_way_in(place: Place) -> None:
    """The server is killed, its memory with it: the second provider opens what came in since."""
    second = f"passphrase:{place.home / 'second.key'}"
    settings: dict[str, Any] = {
        "second_key_provider": second,
        "key_passphrase": "bay chiếc nón lá trên cầu",
    }
    with place.ward(**settings) as ward:
        before = submit(ward)
        place.bao.stop()
        place.hands.move(seconds=301)
        during = submit(ward)
        assert read(ward, during) == TEXT  # the second provider answers
    alone_settings = {**settings, "key_provider": second, "second_key_provider": ""}
    with place.ward(new=False, **alone_settings) as alone:
        assert [read(alone, before), read(alone, during)] == [TEXT] * 2
        assert RootRotation(alone.engine, alone.keyring).run().left == 0
        assert alone.verify().good


def test_lost_provider_is_made_good_by_shares(place: Place) -> None:
    """The drill: the key in OpenBao is deleted for ever, three people come with their paper."""
    with place.ward() as ward:
        receipts = [submit(ward) for _ in range(5)]
        made = new_shares(ward.engine, ward.keyring, threshold=3, shares=5)
        made.confirm()
        receipts.append(submit(ward))
        assert check_shares(ward.engine, ward.keyring, made.words[2:]) == len(ROLES)
        place.bao.delete_key("ward-root")
        place.hands.move(seconds=301)
        assert said(lambda: submit(ward)) == "vault.provider_refused"
    place.bao.make_key("new-root")
    with place.ward(new=False, key_provider=f"openbao:{place.bao.url}#new-root") as ward:
        assert said(lambda: submit(ward)) == "vault.open_failed"
        assert recover_keys(ward.engine, ward.keyring, made.words[1:4]) == len(ROLES)
        assert [read(ward, receipt) for receipt in receipts] == [TEXT] * 6
        assert read(ward, submit(ward)) == TEXT
        assert ward.verify().good


def test_backup_of_before_an_erasure_opens_nothing_once_the_old_root_is_gone(place: Place) -> None:
    """New epoch, new version at the provider, old version ended: an old backup is dead bytes."""
    backup = place.home / "backup.db"
    with place.ward() as ward:
        receipt = submit(ward)
        place.bao.call("POST", "transit/keys/ward-root/rotate")
        with sqlite3.connect(place.home / "ward.db") as source, sqlite3.connect(backup) as copy:
            source.backup(copy)
        rotation = EpochRotation(ward.engine, ward.keyring)
        rotation.begin()
        for _step in range(2):
            place.hands.move(seconds=SETTLE.total_seconds())
            assert rotation.advance() is not None
        assert rotation.state() is None
        assert RootRotation(ward.engine, ward.keyring).run().left == 0
        with place.ward(database_url=f"sqlite:///{backup}", new=False) as old:
            assert read(old, receipt) == TEXT  # while the provider still has the old version
        place.bao.call("POST", "transit/keys/ward-root/config", min_decryption_version=2)
        place.hands.move(seconds=301)
        assert read(ward, receipt) == TEXT
    with place.ward(database_url=f"sqlite:///{backup}", new=False) as old:
        assert said(lambda: read(old, receipt)) == "vault.open_failed"


def test_ward_moves_from_its_key_file_into_a_module(place: Place, token: str) -> None:
    """A ward that began with a file goes over to a hardware module without a pause."""
    module = {"pkcs11_library": SOFTHSM, "pkcs11_pin": PIN}
    with place.ward(key_provider="file") as ward:
        receipt = submit(ward)
    both: dict[str, Any] = {
        "key_provider": f"pkcs11:{token}/ward",
        "second_key_provider": "file",
        **module,
    }
    with place.ward(**both) as ward:
        assert RootRotation(ward.engine, ward.keyring).run().left == 0
        assert read(ward, receipt) == TEXT
    with place.ward(**{**both, "second_key_provider": ""}) as ward:
        assert RootRotation(ward.engine, ward.keyring).run().left == 0
    (place.home / "ward.key").unlink()
    with place.ward(**{**both, "second_key_provider": ""}) as ward:
        assert read(ward, receipt) == TEXT
        assert not (place.home / "ward.key").exists()
