"""Runs `warta` with other values of constants, to test in seconds what otherwise takes minutes.

python -m tests.support.patched '{"crawler.settings.DOWNLOAD_TIMEOUT": 1}' crawl ...
"""

from __future__ import annotations

import importlib
import json
import sys

import crawler.cli.main  # noqa: F401  (adds its commands)
from archive.cli.main import cli

if __name__ == "__main__":
    for place, value in json.loads(sys.argv[1]).items():
        module, _, name = place.rpartition(".")
        getattr(importlib.import_module(module), name)  # a constant that is gone is an error in the test
        setattr(importlib.import_module(module), name, value)
    cli(sys.argv[2:], prog_name="warta")
