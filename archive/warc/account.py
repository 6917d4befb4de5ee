"""The account of a run in its WARC files, so that a database can be made from the files alone.

Beside the exchanges a run's files tell what no exchange shows: in the warcinfo record (WARC 1.1, 6.2) which run it was,
and in metadata records (6.5) with a body of JSON and a target of warta's own

    urn:warta:named      addresses that a person put on the list (`--urls`)
    urn:warta:failure    a page that could not be had: no answer, a refusal, an error of the server
    urn:warta:run        the run's end: its row of the table `runs`, and how far the listings are known
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

from archive.warc.reader import FIRST_YEAR, LAST_YEAR, Record

NAMED, FAILURE, RUN_END = "urn:warta:named", "urn:warta:failure", "urn:warta:run"
_FIELD = re.compile(r"(?m)^([\w-]+): *(.*?)\r?$")


@dataclass(frozen=True, slots=True)
class RunStart:
    """What a warcinfo record tells of its run. `arguments` are those of the spider, as text."""

    site: str
    origin: str
    started_at: datetime
    arguments: Mapping[str, str]

    @property
    def since(self) -> date | None:
        """How far back the run looked."""
        try:
            return date.fromisoformat(self.arguments.get("since", ""))
        except ValueError:
            return None

    def fields(self) -> dict[str, str]:
        """As fields of a warcinfo record."""
        told = {"origin": self.origin, **self.arguments}
        return {
            "software": f"warta/{version('warta')}",
            "isPartOf": self.site,
            "description": " ".join(f"{name}={value}" for name, value in told.items()),
            "warta-run": self.started_at.isoformat(),
            "warta-arguments": json.dumps(dict(self.arguments)),
        }


def read_run_start(record: Record) -> RunStart | None:
    """None for another program's warcinfo. Older files do not say when their run began: the date of the record stands
    for it."""
    if record.type != "warcinfo" or b"warta/" not in record.block:
        return None
    fields = dict(_FIELD.findall(record.block.decode("utf-8", "replace")))
    arguments = dict(pair.split("=", 1) for pair in fields.get("description", "").split() if "=" in pair)
    origin = arguments.pop("origin", "")
    with suppress(KeyError, ValueError, AttributeError, RecursionError):  # older files do not have it
        arguments = {str(name): str(value) for name, value in json.loads(fields["warta-arguments"]).items()}
    try:
        started_at = datetime.fromisoformat(fields.get("warta-run", ""))
    except ValueError:
        started_at = record.date
    if started_at.tzinfo is None or not FIRST_YEAR <= started_at.year <= LAST_YEAR:
        started_at = record.date
    return RunStart(fields.get("isPartOf", ""), origin, started_at, arguments)


def read_account(record: Record) -> tuple[str, dict[str, Any]] | None:
    """(target, content) of a metadata record of warta's; None for any other record, and for one that does not hold
    a JSON object."""
    if record.type != "metadata" or record.url not in (NAMED, FAILURE, RUN_END):
        return None
    try:
        content = json.loads(record.block)
    except (ValueError, RecursionError):
        return None
    return (record.url, content) if isinstance(content, dict) else None
