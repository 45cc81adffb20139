import subprocess
import sys

import pytest

from govinteract.errors import InputError
from govinteract.kernel import Phone


@pytest.mark.parametrize(
    ("raw", "region", "e164", "masked"),
    [
        ("0912 345 678", "VN", "+84912345678", "09•• ••• 678"),
        (" 0912.345.678 ", "VN", "+84912345678", "09•• ••• 678"),
        ("+84 912-345-678", "FR", "+84912345678", "09•• ••• 678"),
        ("\uff10\uff19\uff11\uff12345678", "VN", "+84912345678", "09•• ••• 678"),
        ("(0236) 3822 345", "VN", "+842363822345", "02•• •••• 345"),
        ("06 12 34 56 78", "FR", "+33612345678", "06 •• •• •6 78"),
    ],
)
def test_a_number_has_one_written_form(raw: str, region: str, e164: str, masked: str) -> None:
    """However people write a number, it is one E.164 text, and a mask that its owner knows."""
    phone = Phone.parse(raw, region)
    assert phone.e164 == e164
    assert phone.masked == masked
    assert Phone.parse(phone.national, "VN" if e164.startswith("+84") else region) == phone


@pytest.mark.parametrize(
    "raw",
    [
        *("", "0912", "0912 345 67", "0912 345 678 9", "0000000000", "gọi 0912345678", "nan"),
        *("+999 12345678", "0912 345 678 ext 5", "1800-FLOWERS", "9" * 200_000, "\x00"),
    ],
    ids=lambda raw: ascii(raw[:30]),
)
def test_what_is_no_number_is_refused(raw: str) -> None:
    """Numbers that nobody can have, and sentences around one, are refused without an echo."""
    assert Phone.parse("0912 345 678").e164 == "+84912345678"
    with pytest.raises(InputError) as refusal:
        Phone.parse(raw)
    assert refusal.value.code == "kernel.phone_invalid"
    assert not refusal.value.params


@pytest.mark.parametrize("text", ["0912345678", "+0912345678", "+84 912345678", "+84", ""])
def test_only_the_written_form_can_be_made(text: str) -> None:
    """The class itself takes E.164 and nothing else."""
    assert Phone("+84912345678") == Phone.parse("0912 345 678")
    with pytest.raises(InputError):
        Phone(text)


def test_a_number_hides_itself() -> None:
    """Neither repr nor str nor a format shows a digit."""
    phone = Phone.parse("0912 345 678")
    assert f"{phone} {phone!r} {[phone]}" == "Phone(hidden) Phone(hidden) [Phone(hidden)]"


def test_the_package_of_numbers_is_loaded_when_a_number_is_read() -> None:
    """Importing the kernel does not load `phonenumbers`."""
    program = "import sys, govinteract.kernel; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
