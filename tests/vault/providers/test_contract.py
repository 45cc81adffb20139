import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from govinteract.kernel import SystemEntropy
from govinteract.testing import KeyProviderContract
from govinteract.vault import KeyProvider, LocalKeyFile
from govinteract.vault.providers import AwsKms, OpenBao, PassphraseFile, Pkcs11
from govinteract.vault.providers.patience import Impatient
from tests.vault.providers.servers import BAO_TOKEN, PIN, SOFTHSM, Gate

ENTROPY = SystemEntropy()
PASSPHRASE = "bay chiếc nón lá trên cầu"


class TestLocalKeyFile(KeyProviderContract):
    leaves_process = False

    @pytest.fixture(autouse=True)
    def _files(self, tmp_path: Path) -> None:
        self.home = tmp_path

    def _open(self, name: str) -> KeyProvider:
        path = self.home / name
        if not path.exists():
            LocalKeyFile.create(path, ENTROPY, single_machine=True)
        return LocalKeyFile.open(path, ENTROPY, single_machine=True)

    def opened(self) -> KeyProvider:
        """Open it."""
        return self._open("root.key")

    def stranger(self) -> KeyProvider:
        """Open another one."""
        return self._open("other.key")

    def cut_off(self) -> AbstractContextManager[None]:
        """Make it unreachable."""
        return nullcontext()

    def secrets(self) -> list[str]:
        """Return what must not be shown."""
        return [(self.home / "root.key").read_text().split('key = "')[-1].strip('"\n')]


class TestPassphraseFile(TestLocalKeyFile):
    def _open(self, name: str) -> KeyProvider:
        path = self.home / name
        if not path.exists():
            PassphraseFile.create(path, PASSPHRASE, ENTROPY)
        return PassphraseFile.open(path, PASSPHRASE, ENTROPY)

    def secrets(self) -> list[str]:
        """Return what must not be shown."""
        return [PASSPHRASE]


class TestOpenBao(KeyProviderContract):
    every = 3

    @pytest.fixture(autouse=True)
    def _server(self, bao_gate: Gate) -> None:
        self.gate = bao_gate

    def opened(self) -> KeyProvider:
        """Open it."""
        return OpenBao(self.gate.url, "ward", lambda: BAO_TOKEN)

    def stranger(self) -> KeyProvider:
        """Open another one."""
        return OpenBao(self.gate.url, "other", lambda: BAO_TOKEN)

    def cut_off(self) -> AbstractContextManager[None]:
        """Make it unreachable."""
        return self.gate.shut()

    def secrets(self) -> list[str]:
        """Return what must not be shown."""
        return [BAO_TOKEN]


class TestAwsKms(KeyProviderContract):
    every = 5

    @pytest.fixture(autouse=True)
    def _service(self, moto: Gate, kms_keys: list[str]) -> None:
        self.gate, self.arns = moto, kms_keys

    def opened(self) -> KeyProvider:
        """Open it."""
        return AwsKms(self.arns[0])

    def stranger(self) -> KeyProvider:
        """Open another one."""
        return AwsKms(self.arns[1])

    def cut_off(self) -> AbstractContextManager[None]:
        """Make it unreachable."""
        return self.gate.shut()

    def secrets(self) -> list[str]:
        """Return what must not be shown."""
        return ["aws-secret-of-a-test"]


class TestPkcs11(KeyProviderContract):
    @pytest.fixture(autouse=True)
    def _module(self, token: str) -> None:
        self.token = token

    def _open(self, label: str) -> Pkcs11:
        return Pkcs11(SOFTHSM, self.token, label, PIN, ENTROPY, seconds=2.0)

    def opened(self) -> KeyProvider:
        """Open it."""
        return self._open("ward")

    def stranger(self) -> KeyProvider:
        """Open another one."""
        return self._open("other")

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Let the module hang, as one does whose device is gone."""
        back = threading.Event()
        worker = Impatient.of(f"pkcs11 {SOFTHSM} {os.getpid()}")
        hung = threading.Thread(target=lambda: worker.run(lambda: back.wait(60), 60))
        hung.start()
        try:
            yield
        finally:
            back.set()
            hung.join()

    def secrets(self) -> list[str]:
        """Return what must not be shown."""
        return [PIN]
