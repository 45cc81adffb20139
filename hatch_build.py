"""Compiles the message catalogues (`.po`, in git) to what gettext reads (`.mo`, not in git).

Hatchling runs it before it builds a wheel and before an editable install; `make messages` and the
tests run it too, so that nobody ever sees stale messages.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = "src/govinteract/locale/*/LC_MESSAGES/*.po"


def compile_messages(root: Path) -> Iterator[Path]:
    """Compile each catalogue below `root` that is newer than its compiled form; yield its path."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(root.glob(CATALOGUES)):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        with source.open("rb") as lines:
            catalogue = read_po(lines, abort_invalid=True)
        draft = compiled.with_name(f".{compiled.name}.new")
        with draft.open("wb") as out:
            write_mo(out, catalogue)
        draft.replace(compiled)  # a reader sees the old file or the new one, never half of one
        yield source


class MessagesHook(BuildHookInterface[Any]):
    """Hatchling's hook: the wheel carries compiled catalogues."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files of the wheel are chosen."""
        del version, build_data  # the same for a wheel and an editable install
        list(compile_messages(Path(self.root)))


if __name__ == "__main__":
    for path in compile_messages(Path(__file__).parent):
        print(path)  # noqa: T201  the program's result
