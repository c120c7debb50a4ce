"""``cubeai-auto ioc``: CubeMX projects shown, checked, compared, and X-CUBE-AI put into them."""

from __future__ import annotations

import argparse
from pathlib import Path

from cubeai_auto.cli import ioc_generate, ioc_read, ioc_write
from cubeai_auto.cli.verb import add_output_arguments

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "ioc"
HELP = (
    "show, lint and compare CubeMX projects (.ioc); add X-CUBE-AI to them, update, upgrade and remove "
    "it, with every other byte as it was"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs below this one."""
    verbs = parser.add_subparsers(dest="ioc_verb", metavar="WHAT", required=True)
    for name, text, declare, perform in (*ioc_read.VERBS, *ioc_write.VERBS, *ioc_generate.VERBS):
        sub = verbs.add_parser(name, help=text, description=text)
        if name != "diff":
            sub.add_argument(
                "file", metavar="FILE", type=Path, help="the .ioc file of a CubeMX project"
            )
        declare(sub)
        add_output_arguments(sub, nested=True)
        sub.set_defaults(perform_ioc=perform, verb=f"ioc-{name}")


def run(options: argparse.Namespace) -> int:
    """Do what the verb below says; the result is the exit code."""
    code: int = options.perform_ioc(options)
    return code
