"""Photos of cases: re-encoded, sealed and kept; waiting in a draft until the report is sent.

A draft lets a page check and keep a photo before the rest of the form is sent, also
without JavaScript. Whoever holds its token may fill it; the report that names it takes
everything in it over, together with the data subject that was minted for it.
"""

from __future__ import annotations

import hashlib
import io
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from govinteract.errors import InputError, NotFound
from govinteract.feedback.photos import PHOTOS_AT_MOST, PreparedPhoto, prepare_photo
from govinteract.feedback.tables import draft_table, file_table
from govinteract.kernel.canonical import canonical_json
from govinteract.storage import write_instant
from govinteract.vault import Sealed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from govinteract.feedback.model import Photo
    from govinteract.feedback.record import Recorder

__all__ = ["Files", "StoredPhoto"]

_FILE, _DRAFT = file_table.c, draft_table.c
_TOKEN_BYTES = 24
_TYPE = "image/jpeg"
_PARTS = ("content", "thumbnail")


class StoredPhoto:
    """A photo at rest: `key` opens through `tx.open`, `content` is what the key reads."""

    __slots__ = ("content", "key")

    def __init__(self, key: Sealed, content: bytes) -> None:
        self.key = key
        self.content = content


class Files:
    """The photos of one transaction's cases and drafts."""

    def __init__(self, recorder: Recorder) -> None:
        self._tx = recorder.tx
        self._vault = recorder.vault
        self._fingerprint = recorder.rules.fingerprint
        self._shown: set[str] = set()

    @property
    def own_subjects(self) -> frozenset[str]:
        """Whose photos the actor may open as his own: of the drafts whose tokens he has shown."""
        return frozenset(self._shown)

    def prepare(self, photos: Sequence[Photo | PreparedPhoto]) -> tuple[PreparedPhoto, ...]:
        """Check and re-encode `photos`; nothing of the original files is kept.

        Those that were prepared before the transaction began are taken as they are.

        Raises `InputError` with a `feedback.photo_...` code for the first that can't be taken.
        """
        if len(photos) > PHOTOS_AT_MOST:
            raise InputError("feedback.photo_too_many", hint="send fewer", limit=PHOTOS_AT_MOST)
        return tuple(_prepared(photo) for photo in photos)

    def keep(
        self,
        photos: Sequence[PreparedPhoto],
        *,
        subject: str,
        role: str,
        draft: bytes | None = None,
    ) -> list[dict[str, Any]]:
        """Seal and store `photos` and return what a fact says of each."""
        return [self._keep(photo, subject, role, draft) for photo in photos]

    def begin_draft(self) -> str:
        """Open a draft and return its token (a secret of 32 characters)."""
        token = urlsafe_b64encode(self._tx.entropy.bytes(_TOKEN_BYTES)).decode()
        actor = self._tx.actor
        row = {
            "locality": self._tx.locality, "token_hash": self._hash(token),
            "subject": actor.id if actor.kind == "citizen" else self._vault.new_subject(),
            "minted": int(actor.kind != "citizen"), "at": write_instant(self._tx.now),
        }  # fmt: skip
        self._tx.insert(draft_table, row)
        return token

    def add_to_draft(self, token: str, photo: Photo | PreparedPhoto) -> str:
        """Check, seal and keep `photo` in the draft; return the photo's id.

        One that was prepared before the transaction began costs it no time.
        Raises `InputError` for a photo that can't be taken or one too many, and
        `NotFound("feedback.draft_unknown")` for a draft that was sent or has expired.
        """
        prepared = _prepared(photo)
        digest = self._hash(token)
        subject = self._draft_subject(token)
        if len(self._waiting(digest)) >= PHOTOS_AT_MOST:
            raise InputError("feedback.photo_too_many", hint="send fewer", limit=PHOTOS_AT_MOST)
        entry = self._keep(prepared, subject, "evidence", digest)
        photo_id: str = entry["id"]
        return photo_id

    def in_draft(self, token: str) -> list[str]:
        """Return the ids of the photos that wait in the draft."""
        return [entry["id"] for entry in self._waiting(self._hash(token))]

    def drop_from_draft(self, token: str, photo_id: str) -> None:
        """Remove a photo from the draft; removing it twice is no error."""
        self._tx.write(
            delete(file_table).where(
                _FILE.locality == self._tx.locality, _FILE.id == photo_id,
                _FILE.draft == self._hash(token),
            )
        )  # fmt: skip

    def claim(self, token: str) -> tuple[str, list[dict[str, Any]]]:
        """Take the draft over into a report: its subject and what the fact says of its photos."""
        subject = self._draft_subject(token)
        digest = self._hash(token)
        entries = self._waiting(digest)
        mine = (_DRAFT.locality == self._tx.locality, _DRAFT.token_hash == digest)
        self._tx.write(delete(draft_table).where(*mine))
        waiting = (_FILE.locality == self._tx.locality, _FILE.draft == digest)
        self._tx.write(update(file_table).where(*waiting).values(draft=None))
        return subject, entries

    def sweep_drafts(self, older_than: timedelta) -> int:
        """Delete drafts that nobody sent for `older_than`, photos and keys; return how many."""
        before = write_instant(self._tx.now - older_than)
        old = (_DRAFT.locality == self._tx.locality, _DRAFT.at < before)
        drafts = self._tx.read(select(_DRAFT.token_hash, _DRAFT.subject, _DRAFT.minted).where(*old))
        rows = drafts.all()
        for row in rows:
            mine = (_FILE.locality == self._tx.locality, _FILE.draft == row.token_hash)
            self._tx.write(delete(file_table).where(*mine))
        self._vault.destroy_keys([row.subject for row in rows if row.minted])
        if rows:
            self._tx.write(delete(draft_table).where(*old))
        return len(rows)

    def read(
        self, photo_id: str, *, thumbnail: bool = False, draft: str | None = None
    ) -> StoredPhoto:
        """Return a stored photo, sealed. `draft` names the draft it waits in, if it does."""
        part = "thumbnail" if thumbnail else "content"
        query = select(_FILE[part], _FILE.meta, _FILE.subject).where(
            _FILE.locality == self._tx.locality, _FILE.id == photo_id
        )
        wanted = None if draft is None else self._hash(draft)
        row = self._tx.read(
            query.where(_FILE.draft.is_(None) if wanted is None else _FILE.draft == wanted)
        ).first()
        if row is None:
            raise NotFound("feedback.photo_unknown", hint="was the draft sent already?")
        if draft is not None:
            self._shown.add(row.subject)
        keys = json.loads(row.meta)["keys"]
        return StoredPhoto(Sealed.from_json(keys[part]), bytes(row[0]))

    def _keep(
        self, photo: PreparedPhoto, subject: str, role: str, draft: bytes | None
    ) -> dict[str, Any]:
        photo_id, keys, sealed = self._tx.new_id(), {}, {}
        for part in _PARTS:
            sink = io.BytesIO()
            key = self._vault.seal_file(
                io.BytesIO(getattr(photo, part)), sink, subject=subject, data_class="evidence",
                record=photo_id, field=part, content_type=_TYPE,
            )  # fmt: skip
            keys[part], sealed[part] = key.to_json(), sink.getvalue()
        entry = {
            "id": photo_id, "role": role, "width": photo.width, "height": photo.height,
            "digest": hashlib.sha256(sealed["content"]).hexdigest(),
        }  # fmt: skip
        row = {
            "locality": self._tx.locality, "id": photo_id, "subject": subject, **sealed,
            "meta": canonical_json({"entry": entry, "keys": keys}), "draft": draft,
            "at": write_instant(self._tx.now),
        }  # fmt: skip
        self._tx.insert(file_table, row)
        return entry

    def _waiting(self, digest: bytes) -> list[dict[str, Any]]:
        query = select(_FILE.meta).where(_FILE.locality == self._tx.locality, _FILE.draft == digest)
        rows = self._tx.read(query.order_by(_FILE.id))
        return [json.loads(row.meta)["entry"] for row in rows]

    def _draft_subject(self, token: str) -> str:
        query = select(_DRAFT.subject).where(
            _DRAFT.locality == self._tx.locality, _DRAFT.token_hash == self._hash(token)
        )
        subject = self._tx.read_locked(query).scalar()
        if subject is None:
            raise NotFound("feedback.draft_unknown", hint="begin a new draft")
        return str(subject)

    def _hash(self, token: str) -> bytes:
        return self._fingerprint("draft", token.encode())


def _prepared(photo: Photo | PreparedPhoto) -> PreparedPhoto:
    return photo if isinstance(photo, PreparedPhoto) else prepare_photo(photo.content)
