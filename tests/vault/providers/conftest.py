"""Fixtures of the providers' tests: each real thing is started once for a process of tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.vault.providers.servers import Bao, Gate, Moto, make_token


@pytest.fixture(scope="session")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    """Return a running OpenBao with the transit keys `ward` and `other`."""
    server = Bao(tmp_path_factory.mktemp("bao"))
    try:
        server.start()
        server.make_key("ward")
        server.make_key("other")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def bao_gate(bao: Bao) -> Iterator[Gate]:
    """Return the gate through which the providers reach OpenBao."""
    gate = Gate(bao.port)
    yield gate
    gate.close()


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """Return the gate to moto's KMS; boto3 finds it by the environment."""
    server = Moto(tmp_path_factory.mktemp("moto"))
    gate = Gate(server.port)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "AKIAFICTION",
        "AWS_SECRET_ACCESS_KEY": "aws-secret-of-a-test",
        "AWS_ENDPOINT_URL_KMS": gate.url,
    }
    try:
        yield gate
    finally:
        gate.close()
        server.stop()


@pytest.fixture(scope="session")
def kms_keys(moto: Gate) -> list[str]:
    """Return the ARNs of two KMS keys."""
    client = boto3.client("kms", region_name="ap-southeast-1")
    return [client.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the label of a SoftHSM token with the keys `ward` and `other`."""
    home = tmp_path_factory.mktemp("softhsm")
    os.environ["SOFTHSM2_CONF"] = str(home / "softhsm2.conf")
    make_token(home, "gi-test", "ward", "other")
    return "gi-test"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a file may be made."""
    return tmp_path / "root.key"
