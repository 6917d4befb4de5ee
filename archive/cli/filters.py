"""Options by which several commands narrow down what they print: sites by their names, days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

import click

from archive.search.query_syntax import date_range

_NAMED = 10
"""How many sites a message names."""

site_option = click.option(
    "--site", metavar="NAME", help="Only this site, or those that the pattern fits, as 'antara-*'."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each, one a line.")


def matching(pattern: str | None, sites: Sequence[str]) -> list[str]:
    """The sites that a pattern fits (as fnmatch has it: * ? [abc]); all for None. Raises BadParameter for none."""
    found = [site for site in sites if pattern is None or site == pattern or fnmatchcase(site, pattern)]
    if not found and pattern is not None:
        named = ", ".join(sites[:_NAMED]) + (", …" if len(sites) > _NAMED else "")
        raise click.BadParameter(f"{pattern!r} is none of {named}.", param_hint="--site")
    return found


def day(end: Literal[0, 1]) -> Callable[[click.Context, click.Parameter, str | None], date | None]:
    """A click callback that turns a year, a month or a day into its first day (0) or its last (1)."""

    def read(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:  # noqa: ARG001
        if value is None:
            return None
        if (days := date_range(value)) is None:
            raise click.BadParameter(f"{value!r} is no year, month or day: 2020, 2020-01, 2020-01-31.")
        return days[end]

    return read
