import os
import pickle  # noqa: TID251 - to see it refused
import resource
import stat
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from govinteract.errors import CryptoError, SettingsError
from govinteract.vault import LocalKeyFile, SingleMachineKeyWarning
from tests.vault.house import CountedEntropy

ENTROPY = CountedEntropy("key file")
KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a key file that was made."""
    LocalKeyFile.create(tmp_path / "root.key", ENTROPY, single_machine=True)
    return tmp_path / "root.key"


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Set the process's umask for the test."""
    before = os.umask(request.param)
    yield int(request.param)
    os.umask(before)


def reopen(path: Path) -> LocalKeyFile:
    """Open the key file."""
    return LocalKeyFile.open(path, ENTROPY, single_machine=True)


def refused(path: Path) -> str:
    """Return the code with which the key file is refused; the message never holds the key."""
    with pytest.raises(SettingsError) as error:
        reopen(path)
    secret = path.read_text(errors="replace") if path.is_file() else ""
    for line in secret.splitlines():
        assert line.split('"')[1:2] == [] or line.split('"')[1] not in str(error.value)
    return error.value.code


def test_key_file_is_its_owners_alone_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    """A new key file has mode 0600 under any umask, and opens again."""
    path = tmp_path / "root.key"
    made = LocalKeyFile.create(path, ENTROPY, single_machine=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert reopen(path).unwrap(made.wrap(KEY, b"place"), b"place") == KEY


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777])
def test_key_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    """A key file is refused while group or others have any right to it."""
    path.chmod(mode)
    assert refused(path) == "vault.key_file_exposed"
    for private in (0o600, 0o400):
        path.chmod(private)
        assert reopen(path).kid


def test_key_file_through_a_link_is_judged_by_what_is_read(path: Path) -> None:
    """A link is followed, and the mode that counts is the file's."""
    link = path.with_name("link.key")
    link.symlink_to(path)
    assert reopen(link).kid
    path.chmod(0o644)
    assert refused(link) == "vault.key_file_exposed"


def test_something_else_than_a_file_is_refused(tmp_path: Path) -> None:
    """A directory or a pipe is no key file, and a missing file is told as missing."""
    assert refused(tmp_path / "absent.key") == "vault.key_file_missing"
    assert refused(tmp_path) == "vault.key_file_exposed"
    os.mkfifo(tmp_path / "pipe.key", 0o600)
    assert refused(tmp_path / "pipe.key") == "vault.key_file_exposed"


def test_making_a_key_never_overwrites(path: Path) -> None:
    """A key file that stands is left as it is, to the byte."""
    before = path.read_bytes()
    with pytest.raises(SettingsError) as error:
        LocalKeyFile.create(path, ENTROPY, single_machine=True)
    assert error.value.code == "vault.key_file_exists"
    assert path.read_bytes() == before


def test_key_in_a_place_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    """A directory that is not there is told with the path, as one that is there is not."""
    with pytest.raises(SettingsError) as error:
        LocalKeyFile.create(tmp_path / "absent" / "root.key", ENTROPY, single_machine=True)
    assert error.value.code == "vault.key_file_unreadable"
    assert LocalKeyFile.create(tmp_path / "root.key", ENTROPY, single_machine=True).kid


def test_key_that_could_not_be_written_whole_leaves_nothing(tmp_path: Path) -> None:
    """A disk that is full leaves no half key in the way of the next attempt."""
    path, before = tmp_path / "root.key", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(SettingsError) as error:
            LocalKeyFile.create(path, ENTROPY, single_machine=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert error.value.code == "vault.key_file_unreadable"
    assert not path.exists()
    assert LocalKeyFile.create(path, ENTROPY, single_machine=True).kid


def _without_line(text: str, word: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(word))


BROKEN: dict[str, Callable[[str], str]] = {
    "empty": lambda _text: "",
    "no format": lambda text: _without_line(text, "format"),
    "no kid": lambda text: _without_line(text, "kid"),
    "no key": lambda text: _without_line(text, "key"),
    "another format": lambda text: text.replace("gi/root/v1", "gi/root/v2"),
    "short key": lambda text: text.replace('key = "', 'key = "AA')[:-6] + '"\n',
    "long key": lambda text: text.rstrip('"\n') + 'AAAA"\n',
    "another key": lambda text: text.replace(text[-8:-3], "AAAAA"),
    "another kid": lambda text: text.replace('kid = "', 'kid = "0'),
    "key of another type": lambda text: _without_line(text, "key") + "\nkey = 12\n",
    "not TOML": lambda text: text + "}",
    "cut short": lambda text: text[: len(text) // 2],
    "not text": lambda text: text + "\udcff",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_malformed_key_file_is_refused(path: Path, fault: str) -> None:
    """A key file with a fault is refused as malformed, and nothing of it is quoted."""
    assert reopen(path).kid
    broken = BROKEN[fault](path.read_text())
    path.write_text(broken, errors="surrogateescape")
    assert refused(path) == "vault.key_file_malformed"


def test_key_file_warns_that_it_is_for_one_machine(path: Path) -> None:
    """Opening and making a key file warn, unless one machine is what is wanted."""
    with pytest.warns(SingleMachineKeyWarning, match=str(path)):
        LocalKeyFile.open(path, ENTROPY)
    with pytest.warns(SingleMachineKeyWarning):
        LocalKeyFile.create(path.with_name("other.key"), ENTROPY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reopen(path).kid


def test_wrapped_key_opens_at_its_place_with_its_root_alone(path: Path) -> None:
    """What a root key wrapped opens with it and its context, and is refused otherwise."""
    provider = reopen(path)
    other = LocalKeyFile.create(path.with_name("other.key"), ENTROPY, single_machine=True)
    blob = provider.wrap(KEY, b"place")
    assert provider.unwrap(blob, b"place") == KEY
    flipped = [blob[:n] + bytes([blob[n] ^ 1]) + blob[n + 1 :] for n in range(len(blob))]
    cases = [(provider, blob, b"elsewhere"), (other, blob, b"place")]
    cases += [(provider, broken, b"place") for broken in flipped]
    cases += [(provider, blob[:n], b"place") for n in range(len(blob))]
    for opener, data, aad in cases:
        with pytest.raises(CryptoError) as error:
            opener.unwrap(data, aad)
        assert error.value.code == "vault.open_failed"


def test_key_file_shows_and_pickles_nothing(path: Path) -> None:
    """The provider's repr names the key and does not hold it; it is not pickled."""
    provider = reopen(path)
    assert repr(provider) == f"<LocalKeyFile {provider.kid}>"
    assert provider.kid.removeprefix("file:") in path.read_text()
    with pytest.raises(CryptoError):
        pickle.dumps(provider)
