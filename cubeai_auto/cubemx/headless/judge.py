"""Whether a CubeMX run did its work: from what it said, never from its exit status.

Signs: public build scripts and reports of users for CubeMX 5 to 6.18; the wording of success
differs by version, so several are accepted. Fresh files are judged by the caller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["FAREWELL", "Verdict", "judge", "why_it_hangs"]

FAREWELL = "Bye bye"
"""The last word of a script that ran to its ``exit``."""

_SUCCESS = (
    re.compile(r"(?i)code\s+succes+fully\s+generated"),
    re.compile(r"(?i)code\s+generated\s+succes+fully"),
    re.compile(r"(?i)generated\s+code\s*:"),
)
_FAILURE = (
    re.compile(r"Exception in code generation.*"),
    re.compile(r"Error generating project.*"),
    re.compile(r"Exception in thread.*"),
    re.compile(r"\[ERROR\].*"),
    re.compile(r".*FileNotFoundException.*"),
    re.compile(r".*HeadlessException.*"),
)
_INCOMPLETE = (
    re.compile(r"IP not ready for code generation: *.*"),
    re.compile(r"Parameter \(.*\) has invalid value \(.*\).*"),
)
_HARMLESS = (re.compile(r"Cannot read IP mode file for STMicroelectronics\.X-.*"),)
_WAITING = (
    (
        re.compile(r"(?i)thirdparty lock"),
        "another CubeMX is running and holds the lock of the packs",
        "end the other CubeMX",
    ),
    (
        re.compile(r"(?i)migrat|created with (?:an )?(?:older|newer|previous)"),
        "it asks whether to migrate the project to its own version",
        "open the project once in this CubeMX, or set AskForMigrate in it",
    ),
    (
        re.compile(r"(?i)licen[cs]e|sla00\d\d"),
        "it asks to accept a license",
        "install the firmware or pack once by hand, or with 'swmgr install ... accept'",
    ),
    (
        re.compile(r"(?i)log ?in|my\.st\.com|credential"),
        "it asks to log in to st.com",
        "log in once in CubeMX on this machine",
    ),
    (
        re.compile(r"(?i)firmware package.*(?:missing|not (?:found|installed|available))|download"),
        "it asks to download a firmware or a pack",
        "install it once in CubeMX on this machine",
    ),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What CubeMX said.

    Attributes:
        done: it said that code was generated, and nothing speaks against it.
        problems: every failure it named, or the reason why success is not believed.
        warnings: what is incomplete or odd without being a failure.
    """

    done: bool
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def judge(printed: str) -> Verdict:
    """Judge a run by everything it printed and logged.

    Args:
        printed: standard output, standard error and the log of this run.
    """
    lines = [line.strip() for line in printed.splitlines()]
    problems = [line for line in lines if any(sign.search(line) for sign in _FAILURE)]
    problems += [_refused(lines, k) for k, line in enumerate(lines) if line == "KO"]
    problems += [line for line in lines if any(sign.search(line) for sign in _INCOMPLETE)]
    warnings = [line for line in lines if any(sign.search(line) for sign in _HARMLESS)]
    if not problems and not any(sign.search(printed) for sign in _SUCCESS):
        problems.append("it never said that code was generated")
    if not problems and FAREWELL not in printed:
        warnings.append("it did not reach the end of the script")
    return Verdict(not problems, tuple(dict.fromkeys(problems)), tuple(dict.fromkeys(warnings)))


def why_it_hangs(printed: str) -> tuple[str, str]:
    """Why a run that was ended waited, and the next step."""
    for sign, reason, hint in _WAITING:
        if sign.search(printed):
            return reason, hint
    return (
        "it waits without a word, most likely behind a dialog (migration, license, login)",
        "open the project once in CubeMX on this machine and answer its questions",
    )


def _refused(lines: list[str], number: int) -> str:
    """The command that was answered with KO, where it can be told."""
    before = next((line for line in reversed(lines[:number]) if line and line != "OK"), "")
    return f"a command was refused (KO){': ' + before if before else ''}"
