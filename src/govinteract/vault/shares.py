"""A secret in several hands: shares of English words on paper, any few of which give it back.

SLIP-0039 (github.com/satoshilabs/slips/blob/master/slip-0039.md) by Trezor's reference
implementation (extra `recovery`): one group, no passphrase, iteration exponent 0, extendable.
A share of a 256-bit secret has 33 words; its checksum finds up to three wrong ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govinteract.errors import InputError
from govinteract.vault.refusal import extra_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SHARES_MOST", "join", "split"]

SHARES_MOST = 16


def split(secret: bytes, *, threshold: int, shares: int) -> list[str]:
    """Return `shares` shares of `secret`, any `threshold` of which give it back.

    Fewer tell nothing of it. Raises `InputError("vault.shares_count")` unless
    2 <= threshold <= shares <= 16, `SettingsError("vault.extra_missing")`.
    """
    if not 2 <= threshold <= shares <= SHARES_MOST:  # noqa: PLR2004 - one share would be the key
        raise InputError("vault.shares_count", hint="for example any 3 of 5", most=SHARES_MOST)
    groups = _slip39().generate_mnemonics(1, [(threshold, shares)], secret, iteration_exponent=0)
    return [str(share) for share in groups[0]]


def join(shares: Sequence[str]) -> bytes:
    """Return the secret of `shares`; more than enough are as good as enough.

    Raises `InputError("vault.shares_invalid")`; its hint says what is wrong and quotes no
    word of a share.
    """
    slip39 = _slip39()
    words = [" ".join(share.lower().split()) for share in shares]
    try:
        groups = slip39.decode_mnemonics(dict.fromkeys(words))
        enough = {index: group.get_minimal_group() for index, group in groups.items()}
        return bytes(slip39.recover_ems(enough).decrypt(b""))
    except slip39.MnemonicError:
        # No cause: its message could quote words.
        raise InputError("vault.shares_invalid", hint=_wrong(slip39, words)) from None


def _wrong(slip39: Any, shares: Sequence[str]) -> str:
    """Say which share is at fault, or that they don't belong together or are too few."""
    read = []
    for number, share in enumerate(shares, 1):
        try:
            read.append(slip39.Share.from_mnemonic(share))
        except slip39.MnemonicError:
            return f"share {number} has a wrong, missing or additional word"
    if len({share.common_parameters() for share in read}) > 1:
        return "they are shares of different keys"
    needed = read[0].member_threshold if read else 0
    if len({share.index for share in read}) < needed:
        return f"{needed} different shares are needed"
    return "they don't give a key: one of them was changed"


def _slip39() -> Any:
    try:
        import shamir_mnemonic  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise extra_missing("recovery") from error
    return shamir_mnemonic
