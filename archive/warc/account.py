"""What a run stores in its WARC files besides the exchanges, so that a database can be made from the files alone.

The warcinfo record (WARC 1.1, 6.2) says which run wrote the file (`RunStart`). Metadata records (6.5) with a JSON body
are accounts; their WARC-Target-URI is one of

    urn:warta:named      addresses that a person named (`--urls`)
    urn:warta:failure    a request that failed: no answer, a refusal, an error of the server
    urn:warta:run        the end of the run: its row of the table `runs`, and how far the listings are known
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
    """What a warcinfo record says of the run. `origin` is what was requested: the site's own, or that of a server in
    its place. `arguments` are those of the spider, as text."""

    site: str
    origin: str
    started_at: datetime
    arguments: Mapping[str, str]

    @property
    def since(self) -> date | None:
        """The day back to which the run looked; None if it is not known."""
        try:
            return date.fromisoformat(self.arguments.get("since", ""))
        except ValueError:
            return None

    def fields(self) -> dict[str, str]:
        """The fields of a warcinfo record: name -> value."""
        described = {"origin": self.origin, **self.arguments}
        return {
            "software": f"warta/{version('warta')}",
            "isPartOf": self.site,
            "description": " ".join(f"{name}={value}" for name, value in described.items()),
            "warta-run": self.started_at.isoformat(),
            "warta-arguments": json.dumps(dict(self.arguments)),
        }


def read_run_start(record: Record) -> RunStart | None:
    """The start of the run that wrote a file, from its warcinfo record; None for other records and other programs'
    files. Older files do not say when their run began; then it is the date of the record."""
    if record.type != "warcinfo" or b"warta/" not in record.block:
        return None
    fields = dict(_FIELD.findall(record.block.decode("utf-8", "replace")))
    arguments = dict(pair.split("=", 1) for pair in fields.get("description", "").split() if "=" in pair)
    origin = arguments.pop("origin", "")
    with suppress(KeyError, ValueError, AttributeError, RecursionError):  # older files lack the field
        arguments = {str(name): str(value) for name, value in json.loads(fields["warta-arguments"]).items()}
    try:
        started_at = datetime.fromisoformat(fields.get("warta-run", ""))
    except ValueError:
        started_at = record.date
    if started_at.tzinfo is None or not FIRST_YEAR <= started_at.year <= LAST_YEAR:
        started_at = record.date
    return RunStart(fields.get("isPartOf", ""), origin, started_at, arguments)


def read_account(record: Record) -> tuple[str, dict[str, Any]] | None:
    """(target, content) of an account; None for any other record, and for one whose body is no JSON object."""
    if record.type != "metadata" or record.url not in (NAMED, FAILURE, RUN_END):
        return None
    try:
        content = json.loads(record.block)
    except (ValueError, RecursionError):
        return None
    return (record.url, content) if isinstance(content, dict) else None
