"""The rules of the house that no linter knows."""

import ast
import re
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source import ROOT, SRC, Module, dotted, files, modules, texts

LINES_IN_A_MODULE = 400
LINES_IN_A_FUNCTION = 40
EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}

CLOCKS = {
    "date.today", "datetime.date.today", "datetime.datetime.now", "datetime.datetime.utcnow",
    "datetime.now", "datetime.today", "datetime.utcnow", "func.current_timestamp", "func.now",
    "time.gmtime", "time.localtime", "time.time", "time.time_ns",
}  # fmt: skip
CHANCE = {"os.getrandom", "os.urandom", "uuid.uuid1", "uuid.uuid4", "uuid4"}
CHANCE_MODULES = {"random", "secrets"}
CLIENTS = {"AsyncClient", "Client", "delete", "get", "head", "patch", "post", "put", "stream"}

# Spelled in pieces, so that this file does not hold what it looks for.
HOSTS = [".".join(name) for name in (
    ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("deb", "debian", "org"),
    ("npmjs", "com"), ("proxy", "golang"),
)]  # fmt: skip
PLACES = ["/".join(("", *name, "")) for name in (
    ("work",), ("root",), ("opt", "pypi"), ("opt", "wheels"), ("home", "[a-z]+"),
)]  # fmt: skip


def _report(found: list[str]) -> str:
    return "\n" + "\n".join(found)


def _functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring."""
    first = function.body[1 if ast.get_docstring(function) and len(function.body) > 1 else 0]
    return (function.end_lineno or 0) - first.lineno + 1


def test_no_module_is_too_long() -> None:
    """A file that one can't read in one sitting is two ideas."""
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path, text in texts(".py")
        if (lines := text.count("\n")) > LINES_IN_A_MODULE
    ]
    assert not long, _report(long)


def test_no_function_is_too_long() -> None:
    """A function does one thing that its name says."""
    long = [
        f"{module.at}:{function.lineno} {function.name}: {_length(function)} lines"
        for module in modules()
        for function in _functions(module)
        if _length(function) > LINES_IN_A_FUNCTION
    ]
    assert not long, _report(long)


def test_no_module_has_an_empty_name() -> None:
    """A module is named by its idea; there is no drawer for the rest."""
    empty = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py" and EMPTY_NAMES & {path.stem, path.parent.name}
    ]
    assert not empty, _report(empty)


def test_only_one_module_reads_the_clock() -> None:
    """Time is handed in, so that a rule can be asked about any moment."""
    reads = [
        f"{module.at}:{node.lineno} {name}"
        for module in modules()
        if module.name != "govinteract.kernel.clock"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and (name := dotted(node)) in CLOCKS
    ]
    assert not reads, _report(reads)


def test_only_one_module_makes_random_bytes() -> None:
    """Randomness is handed in, so that a test can say what is drawn."""
    draws = [
        f"{module.at}:{node.lineno} {ast.unparse(node)}"
        for module in modules()
        if module.name != "govinteract.kernel.entropy"
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute | ast.Name) and dotted(node) in CHANCE)
        or (isinstance(node, ast.Import) and CHANCE_MODULES & {one.name for one in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module in CHANCE_MODULES)
    ]
    assert not draws, _report(draws)


def test_only_http_has_a_client() -> None:
    """Elsewhere httpx gives values: a request that is yielded, a response that comes back."""
    clients = [
        f"{module.at}:{node.lineno} {ast.unparse(node)}"
        for module in modules()
        if module.room != "http"
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Call) and dotted(node.func) in {f"httpx.{c}" for c in CLIENTS})
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "httpx"
            and CLIENTS & {one.name for one in node.names}
        )
    ]
    assert not clients, _report(clients)


def test_every_exception_from_a_check_says_which_and_why() -> None:
    """`noqa` and `type: ignore` name the rule and give a reason on the same line."""
    marked = re.compile(r"#\s*(noqa|type:\s*ignore)\b(?P<rest>.*)")
    reasoned = re.compile(r"(: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*|\[[a-z-]+(, ?[a-z-]+)*\])\s+\S+.*\w")
    bare = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path, text in texts(".py")
        if path != Path(__file__)
        for number, line in enumerate(text.splitlines(), 1)
        if (found := marked.search(line)) and not reasoned.match(found["rest"])
    ]
    assert not bare, _report(bare)


def test_every_rule_that_is_off_says_why() -> None:
    """Each rule that ruff is told to ignore has its reason beside it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    rules = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.pydocstyle]")]
    silent = [line for line in rules.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*",?\s*$', line)]
    assert not silent, _report(silent)


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    """What is not run is not known; a missing tool is a failure that says what to install."""
    word = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b|unittest\.skip")
    skipped = [
        f"{path.relative_to(ROOT)}:{number}"
        for path, text in texts(".py")
        if path != Path(__file__)
        for number, line in enumerate(text.splitlines(), 1)
        if word.search(line)
    ]
    assert not skipped, _report(skipped)


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    """The repository builds wherever it stands, from whatever registry is set up there."""
    named = re.compile("|".join([*map(re.escape, HOSTS), *(rf"(?<![\w.:/-]){p}" for p in PLACES)]))
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in texts()
        for match in named.finditer(text)
    ]
    assert not found, _report(found)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_lock_files_have_versions_and_hashes_and_no_address(path: Path) -> None:
    """An install takes exactly what was tested, from wherever the machine takes packages."""
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    entries = [line for line in lines if not line.startswith(" ")]
    loose = [line for line in entries if not re.match(r"[A-Za-z0-9._-]+(\[[a-z,-]+\])?==\S+", line)]
    assert not loose, _report(loose)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(entries) > 0
    assert not re.search(r"://|--index-url|--extra-index-url|--find-links|@ file", text)


def test_npm_lock_files_have_no_address() -> None:
    """A lock file of npm names versions and hashes too, never where they came from."""
    addressed = [
        str(path.relative_to(ROOT))
        for path, text in texts(".json")
        if path.name == "package-lock.json" and "://" in text
    ]
    assert not addressed, _report(addressed)


def _contract(name: str) -> dict[str, object]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    return next(dict(one) for one in contracts if one["id"] == name)


def test_every_room_stands_on_a_floor() -> None:
    """A new package is a decision about what it may import."""
    floors = _contract("floors")
    named = set(re.findall(r"\w+", f"{floors['layers']} {floors['exhaustive_ignores']}"))
    rooms = {
        path.stem
        for path in (SRC / "govinteract").iterdir()
        if path.is_dir() or path.suffix == ".py"
    }
    assert rooms - {"__init__", "__pycache__"} <= named


def test_every_listed_mutant_can_be_made() -> None:
    """What `make mutants` takes out stands in the library once, and its tests exist."""
    listed = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8"))
    for mutant in listed["mutant"]:
        text = (ROOT / mutant["file"]).read_text(encoding="utf-8")
        assert text.count(mutant["find"]) == 1, mutant["name"]
        assert mutant["find"] != mutant["replace"], mutant["name"]
        assert all((ROOT / test).exists() for test in mutant["tests"].split()), mutant["name"]


def test_the_network_outside_loopback_is_refused() -> None:
    """A test that reaches for the world fails; one that reaches for this machine does not."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as away,
        pytest.raises(RuntimeError, match="stay on loopback"),
    ):
        away.connect(("203.0.113.7", 443))
    with pytest.raises(RuntimeError, match="stay on loopback"):
        socket.getaddrinfo("example.org", 443)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
