"""What the frame needs of a verb's module, and the arguments that every verb has."""

from __future__ import annotations

import argparse
from typing import Protocol

__all__ = ["Verb", "add_output_arguments"]


class Verb(Protocol):
    """A module of this package that is a verb of the command line.

    It imports nothing heavy at module level: every verb is loaded to show the help.
    """

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the verb's own arguments."""

    def run(self, options: argparse.Namespace) -> int:
        """Do the work; the result is the exit code."""


def add_output_arguments(parser: argparse.ArgumentParser, *, nested: bool = False) -> None:
    """Declare ``--json``, ``--quiet`` and ``--verbose``.

    Args:
        parser: of a verb, or of a verb's own verb.
        nested: the parser is below one that has them: what is not given here stays as it is there.
    """
    kept = argparse.SUPPRESS if nested else None
    off = argparse.SUPPRESS if nested else False
    common = parser.add_argument_group("output")
    common.add_argument(
        "--json", metavar="PATH", default=kept, help="write JSON there; '-' is standard output"
    )
    common.add_argument("--quiet", action="store_true", default=off, help="no text, no progress")
    common.add_argument(
        "--verbose", action="store_true", default=off, help="show details and tracebacks"
    )
