"""What the tests of messages share: a person, a sealed letter, a door, and a mail server's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, SSLContext
from typing import Any
from zoneinfo import ZoneInfo

from attrs import Factory, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from govinteract.errors import AccessDenied
from govinteract.kernel import CaseCode
from govinteract.notify import Letterhead, Notice
from govinteract.vault import DataKey, Field, Personal, Sealed
from govinteract.vault.value_types import value_type
from tests.kernel.repeatable import RepeatableEntropy

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
CODE = CaseCode.new(RepeatableEntropy(9)).text
NAME, PHONE, EMAIL = "Nguyễn Văn Canary", "+84912345678", "canary@example.vn"
CONTACT: dict[str, str | None] = {"name": NAME, "phone": PHONE, "email": EMAIL}
PUBLIC_ID = "7K3QF9ZT2M"
HEAD = Letterhead(
    names={"vi": "UBND phường Hòa Bình", "en": "Hòa Bình Ward"},
    public_url="https://phananh.hoabinh.example.vn/",
    zone=ZoneInfo("Asia/Ho_Chi_Minh"),
)


def notice(**changes: object) -> Notice:
    """Return a notice, with changes."""
    values: dict[str, Any] = {
        "id": "019ac2b0-7c00-7000-8000-000000000001", "template": "received", "lang": "vi",
        "public_id": PUBLIC_ID, "at": AT, "to": EMAIL,
        "subject": "UBND phường Hòa Bình: đã nhận phản ánh", "text": "Kính gửi Quý vị,\n.\nXin\n",
    }  # fmt: skip
    return Notice(**values | changes)


@frozen
class Door:
    """Seals and opens with one data key, as the vault does, and remembers what it opened."""

    key: DataKey = Factory(lambda: DataKey.generate(RepeatableEntropy(1)))
    opened: list[str] = Factory(list)
    erased: list[str] = Factory(list)

    def seal(self, field: str, value: object, kind: str) -> Sealed:
        """Seal `value` as a field of the case."""
        place = Field(field, kind, 1)
        data = value_type(kind).write(value)
        cipher = self.key.fields(
            tenant="hoa-binh", data_class="contact", subject="s-1", entropy=RepeatableEntropy(2)
        )
        return Sealed(
            envelope=cipher.record("case-1").seal(place, data), data_class="contact",
            subject="s-1", record="case-1", field=field, type=kind,
        )  # fmt: skip

    def open(self, sealed: Sequence[Sealed]) -> list[Personal[Any]]:
        """Open all of `sealed`, or refuse when the person was erased."""
        if set(self.erased) & {value.subject for value in sealed}:
            raise AccessDenied("vault.no_wrap_for_purpose", purpose="notify-citizen")
        self.opened.extend(value.field for value in sealed)
        cipher = self.key.fields(
            tenant="hoa-binh", data_class="contact", subject="s-1", entropy=RepeatableEntropy(3)
        ).record("case-1")
        return [
            Personal(value_type(value.type).read(cipher.open(value.place, value.envelope)))
            for value in sealed
        ]

    def body(self, contact: object = CONTACT, **changes: object) -> dict[str, Any]:
        """Return the body of a citizen's letter, with changes."""
        return {
            "template": "received", "lang": "vi", "public_id": PUBLIC_ID,
            "code": self.seal("code", CODE, "text").to_json(),
            "contact": self.seal("contact", contact, "json").to_json(),
            "params": {"due": "2026-11-25T17:30:00.000000Z"},
        } | changes  # fmt: skip


@frozen
class Certificate:
    """A certificate of `localhost`, signed by nobody but itself."""

    server: SSLContext
    trusting: SSLContext
    """The context of a client that trusts it."""

    @classmethod
    def make(cls, folder: Path) -> Certificate:
        """Make one in `folder`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        pem = folder / "localhost.pem"
        pem.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        server, trusting = SSLContext(PROTOCOL_TLS_SERVER), SSLContext(PROTOCOL_TLS_CLIENT)
        server.load_cert_chain(pem)
        trusting.load_verify_locations(pem)
        return cls(server, trusting)
