"""warta installed from its wheel, as an operator has it: in a fresh environment, run from another folder, by every
Python, pipx and uv that this machine has. Skipped where pip can fetch no packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    # Nothing of the checkout or of its environment leads Python to other modules than the installed ones.
    cleared = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    ended = subprocess.run(
        [*command], cwd=cwd, env=cleared | environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of what is in the checkout; of a copy, because building writes into the folder."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("archive", "crawler"):
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "source")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    reached = subprocess.run(
        [*pip, "download", "-q", "--no-deps", "--retries", "0", "--timeout", "10", "-d", folder / "reached", "click"],
        capture_output=True,
        check=False,
    )
    if reached.returncode:
        pytest.skip("pip can fetch no packages")
    run(*pip, "wheel", "-q", "--no-deps", "-w", folder, folder / "source", cwd=folder)
    return next(folder.glob("warta-*.whl"))


def test_the_wheel_has_all_that_is_not_code(wheel: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(wheel, tmp_path, "zip")
    endings = {".txt", ".html", ".css", ".json", ".toml", ".typed"}
    kept = {path.relative_to(ROOT) for name in ("archive", "crawler") for path in (ROOT / name).rglob("*")}
    assert {path for path in kept if path.suffix in endings} == {
        path.relative_to(tmp_path)
        for name in ("archive", "crawler")
        for path in (tmp_path / name).rglob("*")
        if path.suffix in endings
    }


def by_pip(python: str) -> Callable[[Path, Path], Path]:
    def install(wheel: Path, folder: Path) -> Path:
        run(python, "-m", "venv", folder / "venv", cwd=folder)
        run(folder / "venv" / "bin" / "pip", "install", "-q", wheel, cwd=folder)
        return folder / "venv" / "bin" / "warta"

    return install


def by_pipx(wheel: Path, folder: Path) -> Path:
    places = {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin")}
    run("pipx", "install", wheel, cwd=folder, **places)
    return folder / "bin" / "warta"


def by_uv(wheel: Path, folder: Path) -> Path:
    places = {"UV_TOOL_DIR": str(folder / "uv"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    run("uv", "tool", "install", "--python", sys.executable, wheel, cwd=folder, **places)
    return folder / "bin" / "warta"


WAYS: dict[str, Callable[[Path, Path], Path]] = {
    **{f"python3.{minor}": by_pip(f"python3.{minor}") for minor in (11, 12, 13)},
    "pipx": by_pipx,
    "uv": by_uv,
}


def is_there(program: str) -> bool:
    """Whether the program runs; a version manager's stand-in for one that is not installed does not."""
    found = shutil.which(program)
    return found is not None and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("way", WAYS)
def test_warta_works_from_the_wheel_in_another_folder(way: str, wheel: Path, tmp_path: Path) -> None:
    if not is_there(way):
        pytest.skip(f"there is no {way} on this machine")
    warta = WAYS[way](wheel, tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert "antara-kaltim: well" in run(warta, "demo", cwd=elsewhere)
    assert "stories" in run(warta, "search", "banjir", "--data", "demo-data", cwd=elsewhere)
    assert "mc-paser: well" in run(warta, "status", "--data", "demo-data", cwd=elsewhere)
    assert "--since" in run(warta, "crawl", "--help", cwd=elsewhere)
    assert_serves(warta, elsewhere)


def assert_serves(warta: Path, folder: Path) -> None:
    """The reading room's pages and its style sheet are in the wheel."""
    from urllib.request import urlopen

    command: list[str | Path] = [warta, "serve", "--port", "0", "--data", "demo-data"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout is not None
            address = serving.stdout.readline().strip()
            with urlopen(f"{address}cari?q=banjir") as answer:
                assert "banjir" in answer.read().decode()
        finally:
            serving.terminate()
