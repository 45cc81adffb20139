"""The packages that the pages carry are the ones that were built and read."""

import hashlib
import json

from tests.source import ROOT, SRC

VENDOR = SRC / "govinteract" / "web" / "static" / "vendor"
SOURCE = ROOT / "scripts" / "sealed_js"


def test_the_bundle_is_what_was_built() -> None:
    """The file has the hash that the build wrote beside it."""
    digest = hashlib.sha256((VENDOR / "hpke.js").read_bytes()).hexdigest()
    assert (VENDOR / "hpke.js.sha256").read_text() == f"{digest}  hpke.js\n"


def test_every_package_is_named_with_its_licence() -> None:
    """Each package of the lock file that is bundled stands in the licences, by its version."""
    lock = json.loads((SOURCE / "package-lock.json").read_text())["packages"]
    licences = (VENDOR / "hpke-LICENSE.txt").read_text()
    bundled = {
        path.removeprefix("node_modules/"): one["version"]
        for path, one in lock.items()
        if path and not one.get("dev")
    }
    assert len(bundled) == 6
    for name, version in bundled.items():
        assert f"==== {name} {version} ====" in licences
    wanted = json.loads((SOURCE / "package.json").read_text())["dependencies"]
    assert all(bundled[name] == version for name, version in wanted.items())


def test_nothing_in_it_makes_code_or_calls_out() -> None:
    """The policy of the pages forbids both; the bundle has neither."""
    text = (VENDOR / "hpke.js").read_text()
    for word in ("eval(", "new Function", "WebAssembly", "fetch(", "XMLHttpRequest", "WebSocket"):
        assert word not in text
