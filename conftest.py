"""What every test and example stands on: no network but loopback, messages up to date, Sybil."""

import ipaddress
import os
import sys
from contextlib import ExitStack, chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser
from sybil.sybil import SybilCollection
from sybil.typing import Parser

from hatch_build import compile_messages
from tests.docs.shown_files import shown_files

ROOT = Path(__file__).parent
pytest_plugins = ["tests.wards"]


class NetworkRefusedError(RuntimeError):
    """A test reached for an address outside this machine."""


def is_loopback(host: object) -> bool:
    """Tell whether a host, as given to a socket, is this machine; no name but localhost is."""
    if host in {None, "", b"", "localhost", b"localhost"}:
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse, as an audit hook that no code can take away again, to leave this machine."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a Unix socket has a path
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        message = f"{event} to {host!r}: tests stay on loopback"
        raise NetworkRefusedError(message)


def pytest_configure(config: pytest.Config) -> None:
    """Close the network, bring compiled messages up to date, let examples use a local key file."""
    os.environ.setdefault("GOVINTERACT_SINGLE_MACHINE", "true")
    sys.addaudithook(_refuse_network)
    if not hasattr(config, "workerinput"):  # in the process that leads the run
        list(compile_messages(ROOT))


def _enter_empty_folder(namespace: dict[str, object]) -> None:
    """Let the examples of a document run where what they write is nobody's."""
    stack = namespace["_left_after"] = ExitStack()
    stack.enter_context(chdir(stack.enter_context(TemporaryDirectory(prefix="gi-example-"))))


def _leave_folder(namespace: dict[str, ExitStack]) -> None:
    namespace["_left_after"].close()


def _sybil(path: str, pattern: str, *parsers: Parser) -> Sybil:
    """Read the examples of the files below `path` whose names match `pattern`."""
    return Sybil(
        parsers=parsers, path=path, patterns=[pattern], setup=_enter_empty_folder,
        teardown=_leave_folder, document_types={".py": PythonDocStringDocument},
    )  # fmt: skip


# The path says where: a pattern is matched from its end, and `**` in it stands for one folder.
_MARKDOWN = PythonCodeBlockParser(), SkipParser(), shown_files
pytest_collect_file = SybilCollection(
    [
        _sybil(".", "README.md", *_MARKDOWN),
        _sybil("docs", "*.md", *_MARKDOWN),
        _sybil("src", "*.py", DocTestParser()),
    ]
).pytest()
