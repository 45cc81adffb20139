"""Keys of programs that report for people: given out once, kept as keyed hashes, revoked."""

from govinteract.apikeys.service import ApiKey, ApiKeys

__all__ = ["ApiKey", "ApiKeys"]
