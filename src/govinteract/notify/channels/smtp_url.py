"""The address of a mail server as one setting: `smtp://user:password@host:587`.

`smtp://` begins in the clear and goes on under TLS (STARTTLS, RFC 3207), `smtps://` is TLS
from the first byte (RFC 8314 section 3.3). The sender is `?from=name@host`, or the user
when that is an address.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from attrs import field, frozen

from govinteract.errors import InputError, SettingsError
from govinteract.kernel.email import Email

__all__ = ["MailServer"]

_PORTS = {"smtp": 587, "smtps": 465}
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
_HINT = "smtp://user:password@host:587/?from=noreply@example.vn, or smtps://"


@frozen(kw_only=True)
class MailServer:
    """Where mail is handed over, as whom, and from whom it comes."""

    host: str
    port: int
    tls_first: bool
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str
    sender_name: str = ""

    @classmethod
    def parse(cls, url: str, sender: str | None = None) -> Self:
        """Read the setting; `sender` (`name@host` or `Name <name@host>`) goes before its own.

        Raises `SettingsError("notify.smtp_url")`, which does not repeat it.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
            user, password = unquote(parts.username or ""), unquote(parts.password or "")
            if not _HOST.fullmatch(parts.hostname or "") or not (user + password).isascii():
                raise SettingsError("notify.smtp_url", hint=_HINT)
            named = sender or parse_qs(parts.query).get("from", [user])[0]
            if not named.isprintable():
                raise SettingsError("notify.smtp_url", hint=_HINT)
            name, address = parseaddr(named)
            return cls(
                host=parts.hostname or "", port=port, tls_first=parts.scheme == "smtps",
                user=user, password=password, sender=Email.parse(address).address,
                sender_name=name,
            )  # fmt: skip
        except (KeyError, ValueError, InputError):
            # No cause: its message could quote the password.
            raise SettingsError("notify.smtp_url", hint=_HINT) from None

    @property
    def domain(self) -> str:
        """The sender's domain: what we call ourselves, and the second half of message ids."""
        return self.sender.rpartition("@")[2]

    @property
    def is_this_machine(self) -> bool:
        """Whether what is said to it leaves this machine not at all."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
