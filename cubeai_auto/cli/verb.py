"""What the frame needs of a verb's module."""

from __future__ import annotations

import argparse
from typing import Protocol

__all__ = ["Verb"]


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
