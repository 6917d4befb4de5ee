"""The examples of README and of the pages in docs/: what they show is what the commands print."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from tests.support.commands import WARTA, crawl, understand, warta

ROOT = Path(__file__).parents[1]
PATHS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = {str(path.relative_to(ROOT)): path.read_text() for path in PATHS}
ALL = "\n".join(PAGES.values())
COMMANDS = sorted(
    {line.removeprefix("$ ").split("   #")[0].split(" > ")[0] for line in re.findall(r"^\$ warta .*", ALL, re.M)}
)
EXAMPLES = sorted(set(re.findall(r"<!-- example -->\n```console\n\$ (.*)\n((?:.*\n)*?)```", ALL)))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_warta_understands(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("addresses.csv", "crawl-2019.warc.gz", "collection.wacz", "page.html"):
        (tmp_path / name).touch()
    understand(command)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    assert warta("demo", "--data", folder / "demo-data").returncode == 0
    return folder


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_an_example_prints_what_its_page_shows(folder: Path, command: str, shown: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "warta"
    ended = subprocess.run([WARTA, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert_prints(shown, ended.stdout)


def assert_prints(shown: str, printed: str) -> None:
    """`...` stands for anything."""
    pattern = ".*".join(map(re.escape, lines(shown).split("...")))
    assert re.fullmatch(pattern, lines(printed), re.DOTALL), printed


def lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_no_file_or_heading_that_is_not_there(page: str) -> None:
    for link in re.findall(r"\]\(((?!https?:)[^)]+)\)", PAGES[page]):
        name, _, heading = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.*)", target.read_text(), re.M)
            assert heading in {re.sub(r"[^\w\s-]", "", text.lower()).replace(" ", "-") for text in headings}, link


def test_every_page_can_be_found_from_the_readme() -> None:
    told = PAGES["README.md"] + PAGES["docs/operating.md"]
    assert {page for page in PAGES if page.startswith("docs/") and page.rpartition("/")[2] not in told} == set()


def test_the_readme_is_short() -> None:
    assert len(PAGES["README.md"].splitlines()) <= 130


def test_the_columns_are_those_of_an_archive(tmp_path: Path) -> None:
    section = PAGES["docs/formats.md"].partition("<!-- columns -->")[2].partition("\n\n")[0]
    told = {
        table: set(re.findall(r"`(\w+)`", columns))
        for table, columns in re.findall(r"^\| `(\w+)` \| (.*)", section, re.M)
    }
    with Archive.open(tmp_path) as archive:
        assert told == {table: {column.name for column in archive.db[table].columns} for table in told}
    assert {"articles", "versions", "captures", "pages", "runs", "warcs"} <= set(told)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


def test_history_prints_an_edit_as_its_page_shows(tmp_path: Path) -> None:
    command, shown = re.findall(r"^\$ (warta history .*)\n((?:.*\n)*?)```", ALL, re.M)[0]
    article_id = shlex.split(command)[-1]
    room = Newsroom()
    with room.servers["mc-paser"].serving() as origin:
        crawl(tmp_path, {"mc-paser": origin}, since="2026-01-01")
        room.edit(room.story(article_id))
        crawl(tmp_path, {"mc-paser": origin}, since="2026-01-01")
    assert_prints(shown, warta("history", article_id, "--data", tmp_path).stdout)


CRON_LINE = re.search(r"```crontab\n(?:[A-Z]+=.*\n)*(.*)\n```", PAGES["docs/operating.md"])
UNITS = dict(
    re.findall(
        r"`/etc/systemd/system/([a-z.-]+)`[^`]*(?:`[^`]*`[^`]*)?```ini\n(.*?)```", PAGES["docs/operating.md"], re.DOTALL
    )
)
ON_PATH = "PATH=/usr/bin:/bin"


def against(origins: dict[str, str], command: str, data: Path) -> str:
    """The printed command, on this machine and against the newsroom."""
    told = " ".join(f"--origin {site}={origin}" for site, origin in origins.items())
    return (
        command.replace(
            "/srv/warta/.venv/bin/warta crawl", f"{WARTA} crawl {' '.join(origins)} --delay 0 --since 2012-01-01 {told}"
        )
        .replace("/srv/warta/data/report.json", str(data / "report.json"))
        .replace("/srv/warta/data", str(data))
    )


def test_the_crontab_line_works_as_printed_and_mails_trouble_alone(tmp_path: Path) -> None:
    assert CRON_LINE is not None
    minute, *_, command = CRON_LINE[1].split(" ", 5)
    assert 0 <= int(minute) < 60
    room = Newsroom(antara=20, paser=20)
    with room.serving() as origins:
        crontab = against(origins, command, tmp_path / "data")
        bare = ["env", "-i", "HOME=/", ON_PATH, "/bin/sh", "-c", crontab]
        well = subprocess.run(bare, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        agents = {asked.agent for server in room.servers.values() for asked in server.log}
        room.servers["mc-paser"].switched_off.add("/")
        troubled = subprocess.run(bare, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (well.returncode, well.stdout, well.stderr) == (0, "", "")
    assert all(agent.endswith("(+https://example.org/our-archive)") for agent in agents)
    assert (troubled.returncode, troubled.stdout) == (1, "")
    assert re.fullmatch(r"mc-paser: found nothing: REST, .*HTTP 404\n", troubled.stderr)


def test_the_systemd_units_work_as_printed(tmp_path: Path) -> None:
    assert set(UNITS) == {"warta.service", "warta.timer", "warta-trouble.service"}
    service = configparser.RawConfigParser(strict=True)
    service.optionxform = str  # type: ignore[method-assign, assignment]
    service.read_string(UNITS["warta.service"])
    assert service["Unit"]["OnFailure"] == "warta-trouble.service"
    assert service["Service"]["SuccessExitStatus"] == "75"
    room = Newsroom(antara=20, paser=20)
    with room.serving() as origins:
        command = against(origins, service["Service"]["ExecStart"], tmp_path)
        environment = dict([service["Service"]["Environment"].split("=", 1)])
        ended = subprocess.run(shlex.split(command), cwd="/", env=environment, capture_output=True, check=False)
    assert ended.returncode == 0
    assert [site["verdict"] for site in json.loads((tmp_path / "report.json").read_text())] == ["well", "well"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for name, text in UNITS.items():
        text = text.replace("/srv/warta/.venv/bin/warta", str(WARTA)).replace("User=warta", "User=root")
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in ended.stderr.splitlines() if "warta" in line] == []
    assert ended.returncode == 0, ended.stderr
