"""Settings of a locality: a TOML file, and environment variables that win over it.

    GOVINTERACT_CONFIG        path of the TOML file (ward.toml)
    GOVINTERACT_DATABASE_URL  sqlite:///ward.db or postgresql+psycopg://host/name
    GOVINTERACT_KEY_FILE      the local key file, readable by its owner alone
    GOVINTERACT_LOCALITY      the locality's id in the database (a-z, 0-9, hyphen)
    GOVINTERACT_ZONE          IANA time zone of the law's clock
    GOVINTERACT_SMTP_URL      smtp://user:password@host:587 for outgoing mail
    GOVINTERACT_PUBLIC_URL    where citizens find the app, for links in messages

Secrets of key providers stand in the environment alone, never in the file:
GOVINTERACT_KEY_PASSPHRASE, GOVINTERACT_OPENBAO_TOKEN, GOVINTERACT_PKCS11_PIN. Paths in the
file are relative to it. With a database URL alone everything has a default that makes a
development locality.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from govinteract.errors import SettingsError

__all__ = ["Settings", "WebhookSettings", "WitnessSettings"]

_PATHS = (
    "key_file", "catalogue", "calendar", "workflow", "templates",
    "static", "map_image", "openbao_token_file", "openbao_ca_file", "pkcs11_library",
)  # fmt: skip
_ENVIRONMENT_ONLY = ("key_passphrase", "openbao_token", "pkcs11_pin")
_KEY_PROVIDERS = ("key_provider", "second_key_provider")
_SQLITE = "sqlite:///"


class WebhookSettings(BaseModel):
    """One receiver of events: its name, its URL, and the secret that signs what it gets.

    `secret` is `whsec_` and the base64 of 24 to 64 random bytes (Standard Webhooks).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str
    url: str
    secret: SecretStr


class WitnessSettings(BaseModel):
    """A neighbour who witnesses this locality's log: its public key, and where to ask it.

    `key` is the line that `govinteract audit keys` prints there for the witness; `url` is
    the address before `/add-checkpoint`: `https://neighbour.example.vn/log`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key: str
    url: str


class Settings(BaseSettings):
    """Everything that a locality decides outside its catalogue; immutable.

    Make it with `Settings.load`; errors name the setting and never show its value.
    """

    model_config = SettingsConfigDict(
        env_prefix="GOVINTERACT_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    database_url: str = "sqlite:///govinteract.db"
    key_provider: str = "file"
    second_key_provider: str = ""
    key_outage_hours: float = Field(default=12, ge=0, le=168)
    key_file: Path | None = None
    key_passphrase: SecretStr | None = None
    openbao_token: SecretStr | None = None
    openbao_token_file: Path | None = None
    openbao_ca_file: Path | None = None
    pkcs11_library: Path | None = None
    pkcs11_pin: SecretStr | None = None
    single_machine: bool = False
    locality: str = Field(default="dev", pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    name: dict[str, str] = {"vi": "Địa phương thử nghiệm", "en": "Development locality"}
    pack: str = "vn"
    zone: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    catalogue: Path | None = None
    calendar: Path | None = None
    workflow: Path | None = None
    templates: Path | None = None
    static: Path | None = None
    theme: dict[str, str] = {}
    hotline: str = ""
    map_image: Path | None = None
    map_bounds: tuple[float, float, float, float] | None = None
    map_tiles: str = ""
    map_attribution: str = ""
    smtp_url: SecretStr | None = None
    mail_from: str = ""
    webhooks: tuple[WebhookSettings, ...] = ()
    witnesses: tuple[WitnessSettings, ...] = ()
    witnessed_logs: tuple[str, ...] = ()
    index_people: int = Field(default=2_000, ge=16)
    pool_size: int = Field(default=10, ge=1, le=500)
    secure_cookies: bool | None = None

    @classmethod
    def load(cls, config: str | Path | None = None, **overrides: Any) -> Self:
        """Read `config` (or the file that GOVINTERACT_CONFIG names) and the environment.

        Order: `overrides`, environment, file, defaults. Raises
        `SettingsError("settings.invalid")` whose hint names each wrong setting.
        """
        path = config or os.environ.get("GOVINTERACT_CONFIG")
        values = _read(Path(path)) if path else {}
        in_environment = {name for name in values if f"GOVINTERACT_{name.upper()}" in os.environ}
        kept = {name: value for name, value in values.items() if name not in in_environment}
        try:
            return cls(**{**kept, **overrides})
        except ValidationError as error:
            raise SettingsError("settings.invalid", hint=_wrong(error)) from None

    def secret(self, name: str) -> str:
        """Return the secret setting `name` in the clear; empty when it is not set."""
        value: SecretStr | None = getattr(self, name)
        return "" if value is None else value.get_secret_value()

    @property
    def key_path(self) -> Path:
        """Where the local key file is: as set, else beside the SQLite file."""
        if self.key_file is not None:
            return self.key_file
        if self.database_url.startswith(_SQLITE) and ":memory:" not in self.database_url:
            return Path(self.database_url.removeprefix(_SQLITE)).with_suffix(".key")
        return Path(f"{self.locality}.key")


def _read(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError("settings.unreadable", hint=f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("settings.unreadable", hint=f"{path}: {error}") from error
    home = path.resolve().parent
    for name in _ENVIRONMENT_ONLY:
        if name in values:
            hint = f"{name}: set GOVINTERACT_{name.upper()}, and change the secret"
            raise SettingsError("settings.secret_in_file", hint=hint, name=name)
    for name in _PATHS:
        if name in values:
            values[name] = home / values[name]
    for name in _KEY_PROVIDERS:
        kind, colon, place = str(values.get(name, "")).partition(":")
        if kind in {"file", "passphrase"} and colon:
            values[name] = f"{kind}:{home / place}"
    url = values.get("database_url", "")
    if url.startswith(_SQLITE) and not url.startswith(f"{_SQLITE}/") and ":memory:" not in url:
        values["database_url"] = f"{_SQLITE}{home / url.removeprefix(_SQLITE)}"
    return values


def _wrong(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, item['loc']))}: {item['msg']}"
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    )
