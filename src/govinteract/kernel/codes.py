"""Three codes, never one: what opens a case, what names it, what labels a transfer.

- `CaseCode` opens the thread to whoever shows it. It is a secret: 80 random bits.
- `PublicId` names the case to the world (Open311, maps) and opens nothing.
- `MemoCode` stands in the text of a bank transfer and opens nothing.

The 32 symbols are 0-9 and A-Z without I, L, O and U. People may write lower case, spaces
and hyphens; I and L are read as 1, O as 0. Case and memo codes end in three Reed-Solomon
symbols (`kernel.reed_solomon`): one wrong symbol is corrected; two, or two neighbours in
the wrong order, are refused with `kernel.code_invalid`. The format is frozen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Self

from attrs import field, frozen

from govinteract.errors import InputError
from govinteract.kernel import reed_solomon

if TYPE_CHECKING:
    from attrs import Attribute

    from govinteract.kernel.entropy import Entropy

__all__ = ["ALPHABET", "CaseCode", "MemoCode", "PublicId"]

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The symbol of each value 0-31."""

_FOREIGN = 255
_SYMBOLS = ALPHABET.encode().ljust(256, b"?")
_VALUES = bytes(ALPHABET.index(c) if c in ALPHABET else _FOREIGN for c in map(chr, range(256)))
_FIVE_BITS = bytes(i & 31 for i in range(256))
_SEPARATORS = (
    " \t\r\n-\N{NO-BREAK SPACE}\N{FIGURE SPACE}\N{NARROW NO-BREAK SPACE}\N{ZERO WIDTH SPACE}"
    "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
)
_READ: dict[int, str | None] = {
    **{ord(symbol.lower()): symbol for symbol in ALPHABET},
    **dict.fromkeys(map(ord, "IiLl"), "1"),
    **dict.fromkeys(map(ord, "Oo"), "0"),
    **dict.fromkeys(map(ord, _SEPARATORS)),
}


def _invalid() -> InputError:
    return InputError("kernel.code_invalid", hint="ask for the code again, as it was given out")


def _read(raw: str, longest: int) -> str:
    """Return the symbols that a person meant, in upper case; some may still be foreign."""
    if len(raw) > 4 * longest:
        raise _invalid()
    return raw.translate(_READ)


def _values(symbols: str, length: int) -> bytes:
    values = symbols.encode("ascii", "replace").translate(_VALUES)
    if len(symbols) != length or _FOREIGN in values:
        raise _invalid()
    return values


def _text(values: bytes) -> str:
    return values.translate(_SYMBOLS).decode("ascii")


def _whole(symbols: str, length: int) -> str:
    """Return the whole word of `length` symbols that was meant, or refuse."""
    word = reed_solomon.correct(_values(symbols, length))
    if word is None:
        raise _invalid()
    return _text(word)


def _draw(symbols: int, entropy: Entropy) -> bytes:
    """Take each symbol from the low five bits of one random byte."""
    return entropy.bytes(symbols).translate(_FIVE_BITS)


def _draw_whole(length: int, entropy: Entropy) -> str:
    data = _draw(length - reed_solomon.CHECKS, entropy)
    return _text(data + reed_solomon.check_symbols(data))


def _grouped(text: str, joint: str) -> str:
    return joint.join(text[i : i + 5] for i in range(0, len(text), 5))


@frozen(repr=False)
class CaseCode:
    """The secret that opens a case: 16 random symbols and 3 check symbols.

    `repr` hides it, so that it stays out of logs and tracebacks; `str` and `shown` are
    for the person whom it belongs to. Two codes are equal when their texts are.

    >>> code = CaseCode.parse("00000-00000-00000-1exa")
    >>> code
    CaseCode(hidden)
    """

    LENGTH: ClassVar = 19

    text: str = field()
    """The 19 symbols without separators, as they are hashed."""
    corrected: bool = field(default=False, eq=False, kw_only=True)
    """Whether one wrong symbol was put right when this was read."""

    @text.validator
    def _is_whole(self, _attribute: Attribute[str], text: str) -> None:
        if _whole(text, self.LENGTH) != text:
            raise _invalid()

    @classmethod
    def new(cls, entropy: Entropy) -> Self:
        """Draw a new code."""
        return cls(_draw_whole(cls.LENGTH, entropy))

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read what a person typed; one wrong symbol is corrected.

        Raises InputError `kernel.code_invalid` when more is wrong, or the length, or when
        a symbol is foreign. The error does not repeat what was typed.
        """
        symbols = _read(raw, cls.LENGTH)
        text = _whole(symbols, cls.LENGTH)
        return cls(text, corrected=text != symbols)

    @property
    def shown(self) -> str:
        """The code for people, in groups of 5-5-5-4."""
        return _grouped(self.text, "-")

    def __str__(self) -> str:
        """Show the code to the person whom it belongs to."""
        return self.shown

    def __repr__(self) -> str:
        """Hide the code."""
        return "CaseCode(hidden)"


@frozen
class MemoCode:
    """The label of a bank transfer: `GI`, 12 random symbols and 3 check symbols.

    Banks write upper case and drop or add spaces, so `text` is letters and digits only,
    17 of them. It opens nothing and may be shown to anybody.
    """

    PREFIX: ClassVar = "GI"
    LENGTH: ClassVar = 15

    text: str = field()
    """`GI` and 15 symbols without separators."""
    corrected: bool = field(default=False, eq=False, kw_only=True)
    """Whether one wrong symbol was put right when this was read."""

    @text.validator
    def _is_whole(self, _attribute: Attribute[str], text: str) -> None:
        prefix, symbols = text[:2], text[2:]
        if prefix != self.PREFIX or _whole(symbols, self.LENGTH) != symbols:
            raise _invalid()

    @classmethod
    def new(cls, entropy: Entropy) -> Self:
        """Draw a new code."""
        return cls(cls.PREFIX + _draw_whole(cls.LENGTH, entropy))

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read a memo that holds the code and nothing else; one wrong symbol is corrected.

        The wrong symbol may stand in the prefix. Raises InputError `kernel.code_invalid`.
        """
        prefix_wrong, symbols = cls._split(raw)
        text = _whole(symbols, cls.LENGTH)
        wrong = prefix_wrong + (text != symbols)
        if wrong > 1:
            raise _invalid()
        return cls(cls.PREFIX + text, corrected=wrong == 1)

    @classmethod
    def complete(cls, raw: str) -> Self:
        """Read a memo from whose end a bank cut one or two symbols.

        What is there must be without a fault: with two check symbols left, two wrong
        symbols are still seen; with one left, a single one is. Raises InputError
        `kernel.code_invalid`.
        """
        prefix_wrong, symbols = cls._split(raw)
        kept = cls.LENGTH - reed_solomon.CHECKS
        data = _values(symbols[:kept], kept)
        text = _text(data + reed_solomon.check_symbols(data))
        missing = cls.LENGTH - len(symbols)
        if prefix_wrong or missing not in (0, 1, 2) or not text.startswith(symbols):
            raise _invalid()
        return cls(cls.PREFIX + text, corrected=missing > 0)

    @classmethod
    def _split(cls, raw: str) -> tuple[int, str]:
        """Count the wrong symbols of the prefix, read as all are, and return the rest."""
        symbols = _read(raw, cls.LENGTH + len(cls.PREFIX))
        prefix = cls.PREFIX.translate(_READ)
        pairs = zip(symbols, prefix, strict=False)  # the shorter one ends it: refused later
        return sum(a != b for a, b in pairs), symbols[len(prefix) :]

    @property
    def shown(self) -> str:
        """The code for people: `GI` and three groups of five."""
        return f"{self.PREFIX} {_grouped(self.text[2:], ' ')}"

    def __str__(self) -> str:
        """Write the code as it goes into a transfer."""
        return self.text


@frozen
class PublicId:
    """The name of a case in the open: 10 random symbols, no check symbol.

    50 bits are few enough to meet by chance once in some thirty million cases; a unique
    index refuses the second, and the caller draws again.
    """

    LENGTH: ClassVar = 10

    text: str = field()
    """The 10 symbols without separators."""

    @text.validator
    def _is_whole(self, _attribute: Attribute[str], text: str) -> None:
        _values(text, self.LENGTH)

    @classmethod
    def new(cls, entropy: Entropy) -> Self:
        """Draw a new id."""
        return cls(_text(_draw(cls.LENGTH, entropy)))

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read what a person or program wrote. Raises InputError `kernel.code_invalid`."""
        return cls(_read(raw, cls.LENGTH))

    @property
    def shown(self) -> str:
        """The id for people, in two groups of five."""
        return _grouped(self.text, "-")

    def __str__(self) -> str:
        """Write the id as programs pass it."""
        return self.text
