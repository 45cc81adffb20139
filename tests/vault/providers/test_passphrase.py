import stat
from pathlib import Path

import pytest

from govinteract.errors import SettingsError
from govinteract.kernel import SystemEntropy
from govinteract.vault.providers import PassphraseFile
from govinteract.vault.providers.passphrase import PASSPHRASE_LEAST

ENTROPY = SystemEntropy()
PASSPHRASE = "bay chiếc nón lá trên cầu"
KEY = bytes(32)


@pytest.fixture
def made(path: Path) -> Path:
    """Return the path of a passphrase file."""
    PassphraseFile.create(path, PASSPHRASE, ENTROPY)
    return path


def refused(path: Path, passphrase: str = PASSPHRASE) -> str:
    """Return the code with which the file is refused."""
    with pytest.raises(SettingsError) as error:
        PassphraseFile.open(path, passphrase, ENTROPY)
    assert PASSPHRASE not in str(error.value)
    return error.value.code


def test_file_says_how_it_was_stretched(made: Path) -> None:
    """The parameters of RFC 9106's second recommended option stand in a file of mode 0600."""
    text = made.read_text()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    for line in ("memory_kib = 65536", "iterations = 3", "lanes = 4"):
        assert line in text
    assert 'format = "gi/passphrase-root/v1"' in text


def test_passphrase_is_the_same_however_it_was_typed(made: Path) -> None:
    """Composed and decomposed letters are one passphrase, and another one opens nothing."""
    decomposed = PASSPHRASE.replace("ế", "e\u0302\u0301").replace("ó", "o\u0301")
    assert decomposed != PASSPHRASE
    provider = PassphraseFile.open(made, PASSPHRASE, ENTROPY)
    same = PassphraseFile.open(made, decomposed, ENTROPY)
    assert same.unwrap(provider.wrap(KEY, b"x"), b"x") == KEY
    for wrong in (PASSPHRASE + " ", PASSPHRASE[:-1], "", PASSPHRASE.upper()):
        assert refused(made, wrong) == "vault.passphrase_wrong"


def test_short_passphrase_is_refused_when_it_is_chosen(path: Path) -> None:
    """Fifteen characters are too few and leave no file; sixteen will do."""
    with pytest.raises(SettingsError) as error:
        PassphraseFile.create(path, "x" * (PASSPHRASE_LEAST - 1), ENTROPY)
    assert error.value.code == "vault.passphrase_short"
    assert not path.exists()
    assert PassphraseFile.create(path, "x" * PASSPHRASE_LEAST, ENTROPY).kid


def test_other_files_are_refused(made: Path) -> None:
    """A file that is there is not overwritten; one that others may read is not opened."""
    with pytest.raises(SettingsError) as error:
        PassphraseFile.create(made, PASSPHRASE, ENTROPY)
    assert error.value.code == "vault.key_file_exists"
    made.chmod(0o640)
    assert refused(made) == "vault.key_file_exposed"
    made.chmod(0o600)
    assert PassphraseFile.open(made, PASSPHRASE, ENTROPY).kid
    assert refused(made.with_name("absent")) == "vault.key_file_missing"


CHANGES = {
    "cheaper": ("memory_kib = 65536", "memory_kib = 8192"),
    "fewer rounds": ("iterations = 3", "iterations = 1"),
    "fewer lanes": ("lanes = 4", "lanes = 2"),
    "another salt": ('salt = "', 'salt = "A'),
    "another kid": ('kid = "', 'kid = "0'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_parameters_open_nothing(made: Path, change: str) -> None:
    """Every number in the file is authenticated: nobody makes guessing cheaper."""
    before, after = CHANGES[change]
    text = made.read_text()
    assert text.count(before) == 1
    changed = text.replace(before, after)
    if change == "another salt":
        changed = changed.replace('salt = "A', 'salt = "').replace('salt = "', 'salt = "A', 1)
        head, _, rest = changed.partition('salt = "')
        changed = f'{head}salt = "{rest[:21]}{rest[22:]}'
    made.write_text(changed)
    assert refused(made) == "vault.passphrase_wrong"
    made.write_text(text)
    assert PassphraseFile.open(made, PASSPHRASE, ENTROPY).kid


BROKEN = {
    "too much memory": ("memory_kib = 65536", "memory_kib = 99999999"),
    "memory as text": ("memory_kib = 65536", 'memory_kib = "65536"'),
    "no lanes": ("lanes = 4\n", ""),
    "a format of later": ("root/v1", "root/v2"),
    "short sealed": ('sealed = "', 'sealed = ""\nx = "'),
    "no TOML": ("lanes", "= lanes"),
    "salt as number": ('salt = "', 'salt = 1\ny = "'),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_malformed_file_is_refused_before_it_costs_anything(made: Path, fault: str) -> None:
    """A file with a fault is told as malformed."""
    before, after = BROKEN[fault]
    text = made.read_text()
    assert before in text
    made.write_text(text.replace(before, after, 1))
    assert refused(made) == "vault.key_file_malformed"
