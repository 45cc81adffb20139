"""A form that comes twice is done once: by the number that its page was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.kernel.canonical import canonical_json
from govinteract.storage import Once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govinteract.acting import Acting
    from govinteract.feedback.photos import PreparedPhoto
    from govinteract.locality import Locality
    from govinteract.web.forms import Form

__all__ = ["first_time"]

_MARK_BYTES = 16
_NOT_CONTENT = {"form", "csrf", "version"}


def first_time(
    tx: Acting, locality: Locality, form: Form, *, about: str,
    photos: Sequence[PreparedPhoto] = (),
) -> bool:  # fmt: skip
    """Claim the form's number (`form`) in this transaction; tell whether it was free.

    A form without a number is always new. Raises `ConflictError("storage.once_body")` when
    the number comes back with other content: the page it stands on is an old one.
    """
    number = form.one("form")
    if not number:
        return True
    content = {name: form.values[name] for name in sorted(form.values.keys() - _NOT_CONTENT)}
    body = canonical_json([about, content, [photo.source_digest for photo in photos]]).encode()
    mine = tx.transaction.entropy.bytes(_MARK_BYTES)
    once, box = Once(tx.transaction), locality.keyring.fingerprint("web-form", number.encode())
    hashed = locality.keyring.fingerprint("web-form-body", body)
    return once.claim("pages", box.hex(), hashed, mine) == mine
