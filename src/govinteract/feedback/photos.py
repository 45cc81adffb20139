"""Re-encoding photos."""

from attrs import field, frozen

__all__ = ["PHOTOS_AT_MOST", "PreparedPhoto", "prepare_photo"]

PHOTOS_AT_MOST = 6


@frozen
class PreparedPhoto:
    """A photo that may be kept."""

    content: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)
    width: int
    height: int
    source_digest: str


def prepare_photo(content: bytes) -> PreparedPhoto:
    """Being written."""
    return PreparedPhoto(content, content, 1, 1, "")
