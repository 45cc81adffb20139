"""What users install: the wheel alone, in an environment that has nothing else of ours."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.source import ROOT

PRELUDE = """
import importlib.util
import warnings
from pathlib import Path

import govinteract
from govinteract import Locality
from govinteract.kernel import Citizen, Officer

warnings.simplefilter("error")
assert "site-packages" in govinteract.__file__, govinteract.__file__
for extra in ("jinja2", "PIL", "psycopg", "starlette", "typer", "uvicorn"):
    assert importlib.util.find_spec(extra) is None, extra

Path("ward.toml").write_text(
    'locality = "hoa-binh"\\ndatabase_url = "sqlite:///ward.db"\\nsingle_machine = true\\n'
)
with Locality.open("ward.toml") as new:
    new.upgrade()
citizen = Citizen("c-0042")
officer = Officer("o-an", unit="ha-tang", roles={"handler"})
request_id = "6f0c6f9e-6f0e-4c53-9d0b-0f2a0c6b7f11"
photo = []  # a photo needs the extra [images], which is not here
"""

SEQUEL = """
assert contact.reveal().phone == "+84912345678"
assert str(contact) == "•••"
with ward.acting_as(citizen) as tx:
    again = tx.feedback.submit(
        Report(service="street-light", text="Đèn trước số 12 Lê Lợi tắt ba đêm nay", at=Point(16.4637, 107.5909)),
        contact=Contact(phone="0912 345 678"), once=request_id,
    )
assert again == receipt
with ward.acting_as(officer) as tx:
    assert tx.feedback.find(receipt.public_id).state == "resolved"
assert ward.verify().good
ward.close()
print("it runs")
"""  # noqa: E501 - the report's line is the example's own


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and return where it is."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    [path] = folder.glob("*.whl")
    return path


def test_the_wheel_has_all_data_and_nothing_of_ours(wheel: Path) -> None:
    """Messages, templates, tables of data and types travel with the code; tests don't."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    needed = {
        "govinteract/py.typed",
        "govinteract/feedback/workflow.toml",
        "govinteract/packs/vn/pack.toml",
        "govinteract/packs/vn/purposes.toml",
        "govinteract/packs/vn/starter.toml",
        "govinteract/locale/vi/LC_MESSAGES/feedback.mo",
        "govinteract/locale/en/LC_MESSAGES/feedback.mo",
        "govinteract/notify/templates/vi/received.txt",
        "govinteract/storage/migrations/versions/0001_first_journey.py",
        "govinteract/web/templates/home.html",
        "govinteract/web/ward/ward.toml",
    }
    assert needed - set(names) == set()
    homes = {name.split("/")[0] for name in names}
    assert {home for home in homes if not home.endswith(".dist-info")} == {"govinteract"}
    assert [name for name in names if name.endswith((".key", ".db", ".pyc"))] == []


def test_the_example_runs_on_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """The example of the first page runs, word for word, without any extra.

    The versions are those that the other tests run on.
    """
    python = tmp_path / "env" / "bin" / "python"
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("\n".join(_pins()) + "\n")
    _run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], tmp_path)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    quickly = ["--no-input", "--no-compile", "--disable-pip-version-check"]
    _run([*pip, *quickly, "-c", str(constraints), str(wheel)], tmp_path)
    program = tmp_path / "example.py"
    program.write_text(PRELUDE + _example() + SEQUEL, encoding="utf-8")
    assert _run([str(python), "-I", str(program)], tmp_path).endswith("it runs\n")


def _example() -> str:
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    block = re.search(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert block is not None
    return block[1]


def _pins() -> list[str]:
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9._-]+==[^\s;\\]+)", lock, re.MULTILINE)


def _run(command: list[str], folder: Path) -> str:
    mine = {key: value for key, value in os.environ.items() if not key.startswith("GOVINTERACT")}
    done = subprocess.run(
        command, cwd=folder, env=mine, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
