"""Lines for people: what comes from outside cannot move a terminal's cursor, and long texts stay indented."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text


def printable(text: str) -> str:
    """The text with a "?" for each control character, which a server may have put into a reason or an address."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)


def print_indented(console: Console, text: str) -> None:
    """Prints a text two columns to the right, also where a terminal breaks its lines."""
    if console.is_terminal:
        console.print(Padding(Text(printable(text)), (0, 0, 0, 2), expand=False))
    else:
        console.print(Text(f"  {printable(text)}"), soft_wrap=True)
