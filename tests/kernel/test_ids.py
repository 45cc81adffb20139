import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.kernel import SystemEntropy, new_id
from tests.kernel.repeatable import RepeatableEntropy

INSTANTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  Hypothesis adds the zone
    timezones=st.just(UTC),
)


class Fixed:
    """Gives the bytes it was made with."""

    def __init__(self, given: str) -> None:
        self.given = bytes.fromhex(given)

    def bytes(self, n: int) -> bytes:
        """Return the bytes it was made with."""
        assert n == len(self.given)
        return self.given


def test_example_of_the_standard() -> None:
    """The example of RFC 9562 appendix A.6 comes out of its time and its random bits."""
    at = datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(-timedelta(hours=5)))
    assert new_id(at, Fixed("0cc318c4dc0c0c07398f")) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(INSTANTS, st.binary(min_size=10, max_size=10))
def test_every_id_is_a_uuid_of_version_7_that_tells_its_millisecond(
    now: datetime, random: bytes
) -> None:
    """An id is canonical text, version 7, RFC variant, and begins with the milliseconds."""
    text = new_id(now, Fixed(random.hex()))
    read = uuid.UUID(text)
    assert str(read) == text
    assert (read.version, read.variant) == (7, uuid.RFC_4122)
    assert read.int >> 80 == (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(INSTANTS, INSTANTS)
def test_ids_sort_by_their_millisecond(one: datetime, other: datetime) -> None:
    """Of two ids, the one made in an earlier millisecond sorts first as text."""
    entropy = SystemEntropy()
    early, late = sorted((one, other))
    if late - early >= timedelta(milliseconds=1):
        assert new_id(early, entropy) < new_id(late, entropy)


def test_ids_of_one_moment_differ() -> None:
    """Ten thousand ids of the same instant are ten thousand different ids."""
    now, entropy = datetime(2026, 11, 21, 8, tzinfo=UTC), RepeatableEntropy()
    assert len({new_id(now, entropy) for _ in range(10_000)}) == 10_000


def test_time_without_zone_is_refused() -> None:
    """A naive datetime makes no id; the same one with a zone does."""
    entropy = RepeatableEntropy()
    assert new_id(datetime(2026, 11, 21, 8, tzinfo=UTC), entropy)
    with pytest.raises(TypeError, match="offset-naive"):
        new_id(datetime(2026, 11, 21, 8), entropy)  # noqa: DTZ001  what is tested
