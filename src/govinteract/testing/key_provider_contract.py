"""What every key provider promises, as a test class for the authors of providers.

class TestOurModule(KeyProviderContract):
    def opened(self):
        return OurModule("ward-root")

    def stranger(self):
        return OurModule("another-root")

    def cut_off(self):
        return OurModule.simulator.stopped()
"""

from __future__ import annotations

import logging
import os
import pickle  # noqa: TID251 - to see it refused
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from govinteract.errors import CryptoError, GovInteractError, ProviderError
from govinteract.http import NetworkInTransaction
from govinteract.kernel import System, SystemClock, SystemEntropy
from govinteract.storage import Transaction, open_engine
from govinteract.vault.provider import KID_LIMIT, tenant_key_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from govinteract.vault import KeyProvider

__all__ = ["KeyProviderContract"]

_KEY = bytes(range(100, 132))
_PLACE = tenant_key_context("kek", "hoa-binh", 1)


class KeyProviderContract:
    """Subclass it, say how your provider is opened, and run it with pytest.

    `leaves_process` is False for a provider that works in memory: it may be asked inside a
    transaction. `every` spares a slow service: each n-th bit is flipped, not each.
    """

    leaves_process: bool = True
    every: int = 1

    def opened(self) -> KeyProvider:
        """Open the provider anew, always with the same root key."""
        raise NotImplementedError

    def stranger(self) -> KeyProvider:
        """Open a provider of the same kind with another root key."""
        raise NotImplementedError

    def cut_off(self) -> AbstractContextManager[None]:
        """Make the provider unreachable for a block, the ones that are open too."""
        raise NotImplementedError

    def secrets(self) -> list[str]:
        """Return what must never be shown: a token, a PIN, a passphrase."""
        return []

    def test_a_key_comes_back_from_another_process(self) -> None:
        """What one opening of the provider wrapped, another unwraps."""
        blob = self.opened().wrap(_KEY, _PLACE)
        _must(self.opened().unwrap(blob, _PLACE) == _KEY, "the key comes back")
        _must(_KEY not in blob, "the key does not stand in its wrap")

    def test_two_wraps_of_a_key_differ(self) -> None:
        """A wrap tells nobody that it holds the same key as another one."""
        provider = self.opened()
        one, two = provider.wrap(_KEY, _PLACE), provider.wrap(_KEY, _PLACE)
        _must(one != two, "each wrap is new")
        _must(provider.unwrap(one, _PLACE) == provider.unwrap(two, _PLACE), "both open")

    def test_it_names_its_root_key(self) -> None:
        """The name is that of the kind and the key, short, printable and stable."""
        provider, other = self.opened(), self.stranger()
        kid = provider.kid
        _must(kid.startswith(f"{provider.name}:"), "a kid begins with the provider's name")
        _must(kid.isascii() and kid.isprintable() and len(kid) <= KID_LIMIT, "a kid is short text")
        _must(kid == self.opened().kid, "it is the same in every process")
        provider.wrap(_KEY, _PLACE)
        _must(kid == provider.kid, "and after use")
        _must(kid != other.kid and provider.name == other.name, "another key, another name")

    def test_a_wrap_serves_its_own_place(self) -> None:
        """A wrap moved to another role, tenant or epoch is refused."""
        provider = self.opened()
        blob = provider.wrap(_KEY, _PLACE)
        elsewhere = [
            tenant_key_context("index", "hoa-binh", 1), tenant_key_context("kek", "an-binh", 1),
            tenant_key_context("kek", "hoa-binh", 2), _PLACE[:-1], _PLACE + b"\0", b"",
        ]  # fmt: skip
        for place in elsewhere:
            _refused(partial(provider.unwrap, blob, place))
        _must(provider.unwrap(blob, _PLACE) == _KEY, "at its own place it opens")

    def test_changed_bytes_are_refused(self) -> None:
        """Every flipped bit, every cut and every addition is refused, all alike."""
        provider = self.opened()
        blob = provider.wrap(_KEY, _PLACE)
        broken = [_flip(blob, bit) for bit in range(0, len(blob) * 8, self.every)]
        broken += [blob[:size] for size in range(0, len(blob), self.every)]
        broken += [b"", blob + b"\0", blob * 2, b"\xff" * len(blob)]
        said = {_refused(partial(provider.unwrap, changed, _PLACE)) for changed in broken}
        _must(len(said) == 1, "one refusal for all")
        _must(provider.unwrap(blob, _PLACE) == _KEY, "unchanged it opens")

    def test_another_root_key_opens_nothing(self) -> None:
        """What one root key wrapped, another one of the same kind refuses."""
        provider, other = self.opened(), self.stranger()
        blob = provider.wrap(_KEY, _PLACE)
        _refused(lambda: other.unwrap(blob, _PLACE))
        _must(other.unwrap(other.wrap(_KEY, _PLACE), _PLACE) == _KEY, "it opens its own")

    def test_it_is_asked_outside_transactions(self) -> None:
        """A provider that leaves the process refuses to while a transaction is open."""
        provider = self.opened()
        blob = provider.wrap(_KEY, _PLACE)
        uses = partial(provider.wrap, _KEY, _PLACE), partial(provider.unwrap, blob, _PLACE)
        with _transaction():
            for use in uses:
                _must(_raises(use, NetworkInTransaction) == self.leaves_process, "not in there")
        _must(provider.unwrap(blob, _PLACE) == _KEY, "after it, it works")

    def test_an_outage_is_told_as_one_and_passes(self) -> None:
        """Unreachable is `ProviderError("vault.provider_unreachable")`; later it works again."""
        provider = self.opened()
        blob = provider.wrap(_KEY, _PLACE)
        if not self.leaves_process:
            return
        uses = partial(provider.wrap, _KEY, _PLACE), partial(provider.unwrap, blob, _PLACE)
        with self.cut_off():
            codes = [_code(use) for use in uses]
        _must(set(codes) == {"vault.provider_unreachable"}, f"it said {codes}")
        _must(provider.unwrap(blob, _PLACE) == _KEY, "the same provider works again")

    def test_threads_share_it(self) -> None:
        """Many threads wrap and unwrap with one provider at once."""
        provider = self.opened()

        def work(number: int) -> bool:
            key = bytes([number]) * 32
            return provider.unwrap(provider.wrap(key, _PLACE), _PLACE) == key

        with ThreadPoolExecutor(8) as threads:
            _must(all(threads.map(work, range(24))), "each gets its own key back")

    def test_it_works_in_a_forked_process(self) -> None:
        """A server that opened it before it forked its workers serves with it in each of them."""
        provider = self.opened()
        blob = provider.wrap(_KEY, _PLACE)
        child = os.fork()
        if not child:
            good = False
            try:
                good = provider.unwrap(blob, _PLACE) == _KEY
            except BaseException:  # noqa: BLE001 - told by the exit code, and in words
                traceback.print_exc()
            finally:
                os._exit(0 if good else 1)
        _must(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "the child's key came back")
        _must(provider.unwrap(blob, _PLACE) == _KEY, "the parent's too")

    def test_nothing_secret_is_shown(self) -> None:
        """Neither repr nor log nor error holds a key or a credential, and nothing is pickled."""
        provider = self.opened()
        with _everything_logged() as lines:
            blob = provider.wrap(_KEY, _PLACE)
            provider.unwrap(blob, _PLACE)
            lines += [_refused(lambda: provider.unwrap(_flip(blob, 90), _PLACE)), repr(provider)]
            if self.leaves_process:
                with self.cut_off():
                    lines.append(_said(lambda: provider.unwrap(blob, _PLACE)))
        shown = "\n".join(lines)
        for secret in (*self.secrets(), _KEY.hex(), repr(_KEY)):
            _must(secret not in shown, "a secret was shown")
        _must(_raises(lambda: pickle.dumps(provider), CryptoError), "it must refuse to be pickled")


def _flip(data: bytes, bit: int) -> bytes:
    place, mask = bit // 8, 1 << bit % 8
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def _refused(action: Callable[[], object]) -> str:
    try:
        action()
    except CryptoError as error:
        _must(error.code == "vault.open_failed", f"it must be vault.open_failed: {error}")
        _must(error.__cause__ is None, "a cause would tell refusals apart")
        return str(error)
    raise AssertionError("it must be refused")


def _code(action: Callable[[], object]) -> str:
    try:
        action()
    except ProviderError as error:
        return error.code
    return "nothing wrong"


def _said(action: Callable[[], object]) -> str:
    try:
        action()
    except GovInteractError as error:
        return "".join(traceback.format_exception(error))
    raise AssertionError("it must fail")


def _raises(action: Callable[[], object], kind: type[Exception]) -> bool:
    try:
        action()
    except kind:
        return True
    return False


@contextmanager
def _transaction() -> Iterator[None]:
    engine = open_engine("sqlite://")
    try:
        with Transaction(
            engine, locality="contract", actor=System("contract"), clock=SystemClock(),
            entropy=SystemEntropy(),
        ):  # fmt: skip
            yield
    finally:
        engine.dispose()


class _Lines(logging.Handler):
    """Keeps what is logged, arguments included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record in words."""
        self.lines.append(f"{record.name} {record.getMessage()} {record.args!r}")


@contextmanager
def _everything_logged() -> Iterator[list[str]]:
    handler, root = _Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def _must(holds: bool, sentence: str) -> None:  # noqa: FBT001 - it reads as what it is, an assertion
    if not holds:
        raise AssertionError(sentence)
