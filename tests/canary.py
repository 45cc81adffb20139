"""Looking for personal data where none may be, in every dress that it could wear."""

import base64
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from govinteract.kernel import fold

__all__ = ["CANARIES", "dresses", "files_below", "sightings"]

CANARIES = {
    "name": "Trần Thị Quỳnh Yến Đặng",
    "phone": "0987 612 354",
    "e164": "+84987612354",
    "email": "quynhyen.dang@example.vn",
    "address": "Nhà số 47/9 ngõ Hoàng Đình Ngãi",
    "text": "Chó nhà hàng xóm cắn con tôi ở Bệnh xá Kỳ Phượng",
    "answer": "Cột điện mang ký hiệu Zebra-Quýt",
    "reply": "Thưa bà Yến, đã gọi đội Phượng Hoàng Vĩ",
    "note": "Ghi chú riêng về bà Yến và ông Khưu",
    "said": "Tôi bổ sung giấy khám của cháu Khánh Vỹ",
    "rating": "Cảm ơn chị Thảo Quyên rất nhiều",
}


def dresses(canary: str) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes that `canary` could be found as, with the name of each."""
    for form, words in (
        ("raw", canary), ("nfd", unicodedata.normalize("NFD", canary)), ("folded", fold(canary)),
        ("escaped", canary.encode("ascii", "backslashreplace").decode()),
        ("compact", canary.replace(" ", "")),
    ):  # fmt: skip
        data = words.encode()
        yield form, data
        yield f"{form} hex", data.hex().encode()
        yield f"{form} utf-16le", words.encode("utf-16-le")
        yield f"{form} utf-16be", words.encode("utf-16-be")
        for shift in range(3):  # base64 looks otherwise at each of three places
            whole = base64.b64encode(bytes(shift) + data)
            yield f"{form} base64", whole[4:-4]
            yield f"{form} base64url", base64.urlsafe_b64encode(bytes(shift) + data)[4:-4]


def sightings(haystacks: Iterable[tuple[str, bytes]], canaries: dict[str, str]) -> list[str]:
    """Return where which canary was seen, and in which dress."""
    forms = [
        (name, form, data) for name, canary in canaries.items() for form, data in dresses(canary)
    ]
    return [
        f"{name} as {form} in {place}"
        for place, content in haystacks
        for name, form, data in forms
        if data in content
    ]


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file below `folder`."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()
