"""Takes each check of `tests/mutants.toml` out of a copy of the library and sees a test fail.

    python scripts/mutants.py [WORD]

With WORD only the mutants whose name contains it. Prints a line for each; the exit status is 0
when every one was noticed. A mutant is written as

    [[mutant]]
    name = "a wrong tag opens nothing"
    file = "src/govinteract/vault/envelope.py"
    find = "if not tag_is_right:"
    replace = "if False:"
    tests = "tests/vault"

where `find` stands once in the file and `tests` is what must fail without it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).parent.parent
COPIED = (
    "src",
    "tests",
    "scripts",
    "bench",
    "conftest.py",
    "hatch_build.py",
    "pyproject.toml",
    "examples",
    "README.md",
)
PYTEST = (
    "-m",
    "pytest",
    "-q",
    "-x",
    "-p",
    "no:cacheprovider",
    "-m",
    "not (soak or bench or browser or postgres)",
)
FAILED = 1  # pytest: some test failed; 2 and more: it could not run them


class Mutant(TypedDict):
    """One check and what must fail without it."""

    name: str
    file: str
    find: str
    replace: str
    tests: str


def mutants() -> list[Mutant]:
    """Read the list."""
    text = (ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8")
    listed: list[Mutant] = tomllib.loads(text)["mutant"]
    return listed


def mutated(mutant: Mutant, text: str) -> str:
    """Return a file's text without the check; ValueError when it is not there exactly once."""
    if text.count(mutant["find"]) != 1:
        message = (
            f"{mutant['file']}: the text to find stands there {text.count(mutant['find'])} times"
        )
        raise ValueError(message)
    return text.replace(mutant["find"], mutant["replace"])


def _copy(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)


def _run(folder: Path, tests: list[str]) -> tuple[int, str]:
    # The copy's library comes before the one that is installed.
    environment = os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *PYTEST, *tests]
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def _judge(mutant: Mutant, folder: Path) -> str:
    """Return what became of a mutant: noticed, SURVIVED or BROKEN."""
    path = folder / mutant["file"]
    whole = path.read_text(encoding="utf-8")
    try:
        path.write_text(mutated(mutant, whole), encoding="utf-8")
        status, said = _run(folder, mutant["tests"].split())
    except ValueError as error:
        return f"BROKEN\n{error}"
    finally:
        path.write_text(whole, encoding="utf-8")
    if status == FAILED:
        return "noticed"
    return "SURVIVED" if status == 0 else f"BROKEN\n{said}"


def main(arguments: list[str]) -> int:
    """Judge all mutants, or those whose name contains a word."""
    word = arguments[0] if arguments else ""
    chosen = [mutant for mutant in mutants() if word in mutant["name"]]
    with tempfile.TemporaryDirectory(prefix="gi-mutants-") as name:
        folder = Path(name)
        _copy(folder)
        tests = sorted({test for mutant in chosen for test in mutant["tests"].split()})
        status, said = _run(folder, tests)
        if status != 0:
            print(f"The tests fail with every check in place:\n{said}")
            return 2
        left = 0
        for mutant in chosen:
            fate = _judge(mutant, folder)
            left += fate != "noticed"
            print(f"{fate:9} {mutant['name']}", flush=True)
    print(f"{len(chosen) - left} noticed, {left} not")
    return 1 if left or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
