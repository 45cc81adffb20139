import traceback

import pytest

from govinteract.errors import InputError
from govinteract.kernel import Email


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("lan@example.vn", "lan@example.vn"),
        (" Lan.Tran+hue@Example.VN\n", "Lan.Tran+hue@example.vn"),
        ("lan@mail.huế.example.vn", "lan@mail.xn--hu-07s.example.vn"),
        ("lan@MAIL.HUẾ.example.vn", "lan@mail.xn--hu-07s.example.vn"),
        ("lan@mail.hue\u0302\u0301.example.vn", "lan@mail.xn--hu-07s.example.vn"),
        ("o'neil_1@a-b.example.org", "o'neil_1@a-b.example.org"),
        ("a" * 64 + "@example.vn", "a" * 64 + "@example.vn"),
    ],
)
def test_an_address_has_one_written_form(raw: str, address: str) -> None:
    """The domain is lower case and ASCII, in whatever script and form it was written."""
    assert Email.parse(raw).address == address
    assert Email.parse(address) == Email(address)


@pytest.mark.parametrize(
    "raw",
    [
        *("", "lan", "@example.vn", "lan@", "lan@@example.vn", "lan@example", "lan@.vn", "lan@vn."),
        *("lan@example.vn.", "lan tran@example.vn", ".lan@example.vn", "lan.@example.vn"),
        *("la..n@example.vn", '"lan"@example.vn', "lan@[127.0.0.1]", "lan@127.0.0.1", "lan@-a.vn"),
        *("lan@a-.vn", "lan@a_b.vn", "lân@example.vn", "lan@exam\nple.vn", "lan@a.vn, b@c.vn"),
        *("a" * 65 + "@example.vn", "lan@" + "a" * 64 + ".vn", "lan@" + "a.b" * 90 + ".vn"),
        *("lan@huế" + "x" * 70 + ".vn", "lan@ế..vn", "Lan <lan@example.vn>", "lan\0@example.vn"),
        "lan@" + "ế" * 200_000 + ".vn",
    ],
    ids=lambda raw: ascii(raw[:30]),
)
def test_what_is_no_address_is_refused(raw: str) -> None:
    """Whatever no mail server takes is refused, and neither error nor traceback repeats it."""
    assert Email.parse("lan@example.vn").address == "lan@example.vn"
    with pytest.raises(InputError) as refusal:
        Email.parse(raw)
    assert refusal.value.code == "kernel.email_invalid"
    assert not refusal.value.params
    assert refusal.value.__context__ is None or refusal.value.__suppress_context__
    told = "".join(traceback.format_exception(refusal.value))
    assert not raw.partition("@")[0] or raw not in told


def test_an_address_hides_itself() -> None:
    """Neither repr nor str shows the address; the mask shows a letter and the domain."""
    email = Email.parse("lan.tran@example.vn")
    assert f"{email} {email!r}" == "Email(hidden) Email(hidden)"
    assert email.masked == "l•••@example.vn"
