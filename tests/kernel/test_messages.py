import re
from pathlib import Path

import pytest

import govinteract
from govinteract.locale import LANGUAGES, translate

SOURCE = Path(govinteract.__file__).parent
CODE = re.compile(r'"((?:kernel|packs)\.[a-z_]+)"')


def _codes() -> set[str]:
    files = [path for room in ("kernel", "packs") for path in (SOURCE / room).rglob("*.py")]
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_refusal_has_a_sentence_in_each_language(lang: str) -> None:
    """Each code that kernel and packs raise is a sentence, and no sentence is left over."""
    for code in _codes():
        sentence = translate(code, lang)
        assert sentence != code
        assert sentence.endswith(".")
    for room in ("kernel", "packs"):
        catalogue = SOURCE / "locale" / lang / "LC_MESSAGES" / f"{room}.po"
        told = set(re.findall(r'msgid "(\w+\.\w+)"', catalogue.read_text(encoding="utf-8")))
        assert told == {code for code in _codes() if code.startswith(room)}
