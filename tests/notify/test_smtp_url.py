"""The mail server as one setting."""

import pytest

from govinteract.errors import SettingsError
from govinteract.notify.channels.smtp_url import MailServer


@pytest.mark.parametrize(
    ("url", "sender", "expected"),
    [
        (
            "smtp://mail.example.vn/?from=noreply@example.vn", None,
            ("mail.example.vn", 587, False, "", "", "noreply@example.vn", ""),
        ),
        (
            "smtps://noreply%40example.vn:p%40ss%3Aword@mail.example.vn", None,
            ("mail.example.vn", 465, True, "noreply@example.vn", "p@ss:word", "noreply@example.vn",
             ""),
        ),
        (
            "smtp://localhost:1025", "Phường Hòa Bình <pa@Example.VN>",
            ("localhost", 1025, False, "", "", "pa@example.vn", "Phường Hòa Bình"),
        ),
        (
            "smtp://user:pw@[::1]:25/?from=a@example.vn", "b@example.vn",
            ("::1", 25, False, "user", "pw", "b@example.vn", ""),
        ),
    ],
    ids=["plain", "tls first", "sender with a name", "version 6"],
)  # fmt: skip
def test_a_setting_is_read(url: str, sender: str | None, expected: tuple[object, ...]) -> None:
    """Scheme, user, password, host, port and sender come out, ports by default 587 and 465."""
    server = MailServer.parse(url, sender)
    assert expected == (
        server.host, server.port, server.tls_first, server.user, server.password, server.sender,
        server.sender_name,
    )  # fmt: skip
    assert server.domain == "example.vn"


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example.vn", "http://mail.example.vn/?from=a@example.vn",
        "smtp:///?from=a@example.vn", "smtp://mail.example.vn",
        "smtp://user:canary@mail.example.vn", "smtp://mail.example.vn:canary/?from=a@example.vn",
        "smtp://mail.example.vn/?from=nobody", "smtp://mail.example.vn/?from=a@example.vn%0aB:c",
        "smtp://u:mật-khẩu@mail.example.vn/?from=a@example.vn", "smtp://[::1/?from=a@example.vn",
        "smtp://a b/?from=a@example.vn",
    ],
)  # fmt: skip
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    """A setting that can't be read is a SettingsError, which does not repeat the password."""
    with pytest.raises(SettingsError) as caught:
        MailServer.parse(url)
    assert caught.value.code == "notify.smtp_url"
    assert "canary" not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"


def test_the_login_is_hidden() -> None:
    """`repr` shows neither user nor password."""
    shown = repr(MailServer.parse("smtp://canary:canary@mail.example.vn/?from=a@example.vn"))
    assert "canary" not in shown
    assert "mail.example.vn" in shown


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("[::1]", True),
        ("mail.example.vn", False), ("192.0.2.7", False), ("localhost.example.vn", False),
        ("[2001:db8::1]", False),
    ],
)  # fmt: skip
def test_this_machine_is_told_from_others(host: str, ours: bool) -> None:  # noqa: FBT001 - a table of expectations
    """Only loopback may be spoken to without TLS."""
    assert MailServer.parse(f"smtp://{host}/?from=a@example.vn").is_this_machine is ours
