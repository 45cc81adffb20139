"""Settings come from a file and the environment, and a wrong one is named, never shown."""

from pathlib import Path

import pytest

from govinteract import Settings
from govinteract.errors import SettingsError

FILE = """
locality = "hoa-binh"
database_url = "sqlite:///ward.db"
key_file = "keys/ward.key"
zone = "Asia/Ho_Chi_Minh"
name = { vi = "Phường Hòa Bình", en = "Hoa Binh Ward" }
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a settings file."""
    path = tmp_path / "ward.toml"
    path.write_text(FILE, "utf-8")
    return path


def test_paths_are_beside_the_file(config: Path) -> None:
    """Whoever starts the app, wherever from, means the same files."""
    settings = Settings.load(config)
    assert settings.database_url == f"sqlite:///{config.parent}/ward.db"
    assert settings.key_path == config.parent / "keys" / "ward.key"
    assert settings.locality == "hoa-binh"


def test_the_environment_wins(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable beats the file, and names the file too."""
    monkeypatch.setenv("GOVINTERACT_CONFIG", str(config))
    monkeypatch.setenv("GOVINTERACT_LOCALITY", "da-nang")
    assert Settings.load().locality == "da-nang"
    assert Settings.load(locality="hue").locality == "hue"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('locality = "Hòa Bình"', "locality"),
        ('zones = "x"', "zones"),
        ("pool_size = 0", "pool_size"),
        ('webhooks = [{ name = "a" }]', "webhooks.0.url"),
    ],
)
def test_a_wrong_setting_is_named_and_not_shown(config: Path, line: str, names: str) -> None:
    """The hint says which setting is wrong, and an unknown one is an error."""
    kept = FILE.replace('locality = "hoa-binh"\n', "") if line.startswith("locality") else FILE
    config.write_text(f"{line}\n{kept}", "utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings.load(config)
    assert caught.value.code == "settings.invalid"
    assert names in caught.value.hint
    assert "Hòa" not in caught.value.hint
    config.write_text(FILE, "utf-8")
    assert Settings.load(config).locality == "hoa-binh"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server's password is in no repr."""
    monkeypatch.setenv("GOVINTERACT_SMTP_URL", "smtp://me:zebra@localhost:587")
    settings = Settings.load()
    assert settings.smtp_url is not None
    assert "zebra" not in repr(settings)


@pytest.mark.parametrize("content", [b"locality = ", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A missing, broken or foreign file is a clear error."""
    path = tmp_path / "ward.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        Settings.load(path)
    assert caught.value.code == "settings.unreadable"
    assert "ward.toml" in caught.value.hint


def test_a_database_alone_is_enough(tmp_path: Path) -> None:
    """With a database URL alone there is a development locality, its key beside the file."""
    settings = Settings.load(database_url=f"sqlite:///{tmp_path / 'x.db'}")
    assert settings.locality == "dev"
    assert settings.key_path == tmp_path / "x.key"
