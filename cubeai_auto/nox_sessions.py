"""Sessions for a user's own noxfile: generate, validate, compare and hold the limits of a project.

.. code-block:: python

    from cubeai_auto import nox_sessions

    nox_sessions.register("projects/digits", extras=["train", "oracle"])

gives ``cubeai-generate``, ``cubeai-validate``, ``cubeai-compare`` and ``cubeai-budget``. Each runs the
project once; where nothing changed, the run is answered from its folder, so that all four together do
the work of one. Further arguments (``nox -s cubeai-validate -- --variant int8``) go to
``cubeai-auto run``. nox itself is the user's; it is imported when :func:`register` is called.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nox

__all__ = ["SESSIONS", "Sessions", "register"]

SESSIONS = ("generate", "validate", "compare", "budget")
"""What the sessions are called, after the prefix."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """What the sessions work on; see :func:`register`."""

    projects: tuple[Path, ...]
    output: Path
    requirement: str
    install: bool
    strict: bool
    settings: tuple[str, ...] = ()

    def generate(self, session: nox.Session) -> None:
        """Write the C sources of every variant (arguments: of `cubeai-auto run`)."""
        for project, folder in self._each(session):
            self._run(session, project, folder, "--check", "none")
            session.log(f"C sources: {folder / 'run' / 'generated'}")

    def validate(self, session: nox.Session) -> None:
        """Compare every output of the generated C with the oracle's; end on a difference."""
        strict = ("--strict",) if self.strict else ()
        for project, folder in self._each(session):
            junit = folder / "validate.xml"
            self._run(session, project, folder, "--check", "outputs", *strict, "--junit", str(junit))

    def compare(self, session: nox.Session) -> None:
        """Write the comparison as Markdown, HTML, CSV and JSON."""
        for project, folder in self._each(session):
            names = {"markdown": "md", "html": "html", "csv": "csv", "json": "json"}
            files = [
                part
                for kind, ending in names.items()
                for part in (f"--{kind}", str(folder / f"compare.{ending}"))
            ]
            self._run(session, project, folder, "--check", "none", *files)

    def budget(self, session: nox.Session) -> None:
        """Hold budgets and baseline; end if one is broken, with the files that show it written."""
        for project, folder in self._each(session):
            files = ("--markdown", str(folder / "budget.md"), "--junit", str(folder / "budget.xml"))
            self._run(session, project, folder, "--check", "limits", *files)

    def _each(self, session: nox.Session) -> list[tuple[Path, Path]]:
        """Every project with the folder for its results, after what is needed is installed."""
        if self.install and _has_environment(session):
            session.install(self.requirement)
        named = [(project, self.output / _folder_name(project)) for project in self.projects]
        if len({folder for _, folder in named}) != len(named):
            session.error("two projects have the same folder name: register them apart, by output")
        return named

    def _run(self, session: nox.Session, project: Path, folder: Path, *arguments: str) -> None:
        # Without an environment, the Python that read the noxfile: it has this package.
        python = "python" if _has_environment(session) else sys.executable
        settings = [part for setting in self.settings for part in ("--set", setting)]
        session.run(
            python, "-m", "cubeai_auto", "run", str(project), "--output", str(folder / "run"),
            *settings, *arguments, *session.posargs,
        )  # fmt: skip


def register(
    *projects: str | Path,
    python: str | Sequence[str] | None = None,
    extras: Sequence[str] = ("oracle",),
    install: bool = True,
    requirement: str = "cubeai-auto",
    output: str | Path = "build/cubeai",
    strict: bool = True,
    settings: Sequence[str] = (),
    prefix: str = "cubeai",
) -> Sessions:
    """Make the sessions known to nox; call it from a noxfile.

    Args:
        projects: folders with a ``project.toml``; relative paths are relative to the noxfile.
        python: versions of Python, a session each; without it, the one that runs nox.
        extras: of this package: ``train`` for recipes, ``oracle`` for TFLM.
        install: whether sessions with an environment of their own install the package there.
            Without an environment (``--no-venv``), nothing is ever installed.
        requirement: what is installed: a name with or without a version, a path, or an address.
        output: where results go, a folder a project.
        strict: whether ``validate`` also ends if something could not be compared at all.
        settings: ``table.key=value``, as for ``--set``.
        prefix: of the sessions' names.

    Returns:
        The sessions, to be called by sessions of the noxfile's own.

    Raises:
        ValueError: there is no project, or the prefix makes no name of a session.
    """
    if not projects:
        msg = "name at least one project folder"
        raise ValueError(msg)
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", prefix) is None:
        msg = f"not the beginning of a session's name: {prefix!r}"
        raise ValueError(msg)
    sessions = Sessions(
        projects=tuple(Path(project) for project in projects),
        output=Path(output),
        requirement=_with_extras(requirement, extras),
        install=install,
        strict=strict,
        settings=tuple(settings),
    )
    import nox

    bodies: dict[str, Callable[[nox.Session], None]] = {
        "generate": sessions.generate,
        "validate": sessions.validate,
        "compare": sessions.compare,
        "budget": sessions.budget,
    }
    for name in SESSIONS:
        nox.session(name=f"{prefix}-{name}", python=python)(_session(bodies[name]))
    return sessions


def _has_environment(session: nox.Session) -> bool:
    """Whether the session runs in an environment of its own."""
    return session.venv_backend not in {"none", None}


def _session(body: Callable[[nox.Session], None]) -> Callable[[nox.Session], None]:
    """A function of its own for nox, which writes attributes onto it."""

    def session_body(session: nox.Session) -> None:
        body(session)

    session_body.__doc__ = body.__doc__
    return session_body


def _with_extras(requirement: str, extras: Sequence[str]) -> str:
    """``cubeai-auto >=1`` with extras: ``cubeai-auto[oracle] >=1``; a path gets them at its end."""
    if not extras or "[" in requirement:
        return requirement
    listed = f"[{','.join(extras)}]"
    if "/" in requirement and " @ " not in requirement:
        return requirement + listed
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    if match is None or requirement.startswith("."):
        return requirement + listed
    return match[0] + listed + requirement[match.end() :]


def _folder_name(project: Path) -> str:
    """The last part of a project's path that names it."""
    return project.name if project.name not in {"", ".."} else project.resolve().name
