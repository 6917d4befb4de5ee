"""The private names of Scrapy and Twisted that warta relies on are there, and stand in one module."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest
import scrapy
from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.core.downloader.handlers import http11
from scrapy.utils import asyncio as scrapy_asyncio
from twisted.web._newclient import HTTP11ClientProtocol, HTTPClientParser, HTTPParser
from twisted.web.client import HTTPConnectionPool, _HTTP11ClientFactory

from crawler.middlewares.politeness import GuardMiddleware
from crawler.scrapy_internals import raise_delay
from crawler.session import Session
from crawler.settings import WARTA_MIN_DELAY_SECONDS

ROOT = Path(__file__).parents[2]
INTERNALS = ROOT / "crawler/scrapy_internals.py"
OTHERS = ("scrapy", "twisted", "zope")


# What must be there


def attributes_set_in(method: Any) -> set[str]:
    """Names that a method sets on self."""
    (function,) = ast.parse(dedent(inspect.getsource(method))).body
    return {
        node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


PRIVATE = {
    "_LenientHTTP11ClientFactory": lambda: issubclass(http11._LenientHTTP11ClientFactory, _HTTP11ClientFactory),
    "_LenientHTTP11ClientProtocol": lambda: issubclass(http11._LenientHTTP11ClientProtocol, HTTP11ClientProtocol),
    "_pool": lambda: "_pool" in attributes_set_in(http11.HTTP11DownloadHandler.__init__),
    "_factory": lambda: inspect.isclass(HTTPConnectionPool._factory),
    "_quiescentCallback": lambda: "_quiescentCallback" in attributes_set_in(_HTTP11ClientFactory.__init__),
    "_parser": lambda: "_parser" in attributes_set_in(HTTP11ClientProtocol.request),
    "_get_slot": lambda: list(inspect.signature(Downloader._get_slot).parameters)[:2] == ["self", "request"],
    "_latercall": lambda: list(inspect.signature(Downloader._latercall).parameters) == ["self", "slot"],
}
"""Private name -> whether the installed Scrapy and Twisted have it as it is used."""


@pytest.mark.parametrize("name", list(PRIVATE))
def test_each_private_name_is_there_as_it_is_used(name: str) -> None:
    assert PRIVATE[name]()


def test_what_is_used_without_being_private_is_there_too() -> None:
    assert HTTPClientParser.MAX_LENGTH == 16384  # what MAX_HEADER_LINE_BYTES raises
    assert callable(HTTPParser.headerReceived)
    assert callable(scrapy_asyncio.call_later)
    assert hasattr(Slot(1, 0, None), "latercall")
    assert Slot(1, 2.5, None).delay == 2.5
    assert isinstance(Downloader.DOWNLOAD_SLOT, str)


def private_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of private names that a module imports, or touches on anything but itself and its own class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            modules = [part for part in (node.module or "").split(".") if part.startswith("_") and part != "__future__"]
            names = [alias.name for alias in node.names if alias.name.startswith("_")]
            yield from ((node.lineno, name) for name in (*modules, *names))
        elif isinstance(node, ast.Import):
            parts = [part for alias in node.names for part in alias.name.split(".") if part.startswith("_")]
            yield from ((node.lineno, part) for part in parts)
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "setattr", "hasattr"):
            name = node.args[1]
            if isinstance(name, ast.Constant) and str(name.value).startswith("_"):
                yield node.lineno, str(name.value)


def test_every_private_name_in_the_module_is_tested_here() -> None:
    used = {name for _, name in private_names(ast.parse(INTERNALS.read_text()))}
    assert used == set(PRIVATE)


def of_others() -> set[str]:
    """Every private attribute that the parts of Scrapy and Twisted have with which a crawler has to do."""
    modules = (
        *("scrapy.crawler", "scrapy.core.engine", "scrapy.core.downloader", "scrapy.core.scraper", "scrapy.spiders"),
        *("scrapy.core.downloader.handlers.http11", "scrapy.settings", "scrapy.http", "scrapy.signalmanager"),
        *("twisted.web.client", "twisted.web._newclient", "twisted.internet.defer", "twisted.web.iweb"),
    )
    found = set[str]()
    for name in modules:
        tree = ast.parse(inspect.getsource(importlib.import_module(name)))
        found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        found |= defined(tree)
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def defined(tree: ast.AST) -> set[str]:
    """The functions and classes of a module."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def imports_others(tree: ast.AST) -> bool:
    names = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]
    return any(name.partition(".")[0] in OTHERS for name in names)


@pytest.mark.parametrize("folder", ["archive", "crawler"])
def test_no_other_module_touches_a_private_name_of_scrapy_or_twisted(folder: str) -> None:
    theirs, touched = of_others(), []
    for path in sorted((ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text())
        if path == INTERNALS or not imports_others(tree):
            continue
        own = set(set_on_self(tree)) | defined(tree)
        touched += [
            f"{path.relative_to(ROOT)}:{line} {name}"
            for line, name in private_names(tree)
            if name in theirs and name not in own
        ]
    assert touched == []


def set_on_self(tree: ast.AST) -> Iterator[str]:
    """Names that a class sets on itself, so that they are its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            yield from [node.attr] if node.value.id == "self" else []


def test_the_archive_needs_no_scrapy() -> None:
    for path in sorted((ROOT / "archive").rglob("*.py")):
        assert not imports_others(ast.parse(path.read_text())), path


def test_the_minor_version_of_scrapy_is_the_one_that_was_looked_at() -> None:
    pinned = [line for line in (ROOT / "pyproject.toml").read_text().splitlines() if '"scrapy~=' in line]
    assert f'"scrapy~={".".join(scrapy.__version__.split(".")[:2])}.' in pinned[0]


# The pause that nobody undercuts


def crawler_with(slot: Slot) -> Any:
    downloader = SimpleNamespace(_get_slot=lambda request: ("host", slot))
    return SimpleNamespace(engine=SimpleNamespace(downloader=downloader))


@pytest.mark.parametrize(
    ("before", "seconds", "after", "raised"), [(0, 1, 1, True), (0.5, 1, 1, True), (1, 1, 1, False), (5, 1, 5, False)]
)
def test_a_delay_is_raised_and_never_lowered(before: float, seconds: float, after: float, raised: bool) -> None:
    slot = Slot(1, before, None)
    assert raise_delay(crawler_with(slot), Request("https://x/"), seconds) is raised
    assert slot.delay == after


@pytest.mark.parametrize("configured", [0, 0.001, 0.999, 1, 30])
@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("https://kaltim.antaranews.com/berita/1", False),
        ("http://localhost.example/", False),
        ("http://127.0.0.1.example/", False),
        ("http://127.0.0.1@kaltim.antaranews.com/", False),
        ("http://192.168.0.1/", False),
        ("http://0.0.0.0/", False),
        ("http://127.0.0.1:8000/berita/1", True),
        ("http://localhost/", True),
        ("http://[::1]:80/", True),
    ],
)
def test_the_shortest_pause_holds_for_every_host_but_this_machine(
    monkeypatch: pytest.MonkeyPatch, configured: float, url: str, is_own: bool
) -> None:
    """Whatever DOWNLOAD_DELAY, a command's --delay or a test says."""
    monkeypatch.setattr(Session, "of", lambda crawler: SimpleNamespace(allows=lambda url: True, stopping=False))
    slot = Slot(1, configured, None)
    GuardMiddleware(crawler_with(slot)).process_request(Request(url))
    assert slot.delay == (configured if is_own else max(configured, WARTA_MIN_DELAY_SECONDS))


def test_the_shortest_pause_is_a_second() -> None:
    assert WARTA_MIN_DELAY_SECONDS >= 1
