"""The ward of these tests."""

from tests.wards import hands, migrate, small_ward, ward

__all__ = ["hands", "migrate", "small_ward", "ward"]
