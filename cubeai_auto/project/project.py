"""A project as Python users see it: load, then run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.project.loading import LoadedConfig, load_config
from cubeai_auto.project.progress import Narrator, Silent

__all__ = ["Project", "load_project"]


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder with its settings."""

    loaded: LoadedConfig

    @property
    def name(self) -> str:
        """The name from ``project.toml``."""
        return self.loaded.config.project.name

    def run(
        self,
        engine: Literal["auto", "builtin", "stedgeai"] | None = None,
        *,
        variants: Sequence[str] = (),
        output: Path | None = None,
        progress: Narrator | None = None,
    ) -> RunRecord:
        """Do the whole line, or read the same run back from its folder.

        Args:
            engine: instead of the project file's.
            variants: instead of the project file's.
            output: the run folder; by default ``runs/<key>`` in the project folder.
            progress: is told about every step.

        Raises:
            CubeAIError: of the kind that fits what went wrong; nothing half-written stays.
        """
        from cubeai_auto.project.pipeline import run_project

        overrides = [] if engine is None else [f'engine.name="{engine}"']
        if variants:
            listed = ", ".join(f'"{name}"' for name in variants)
            overrides.append(f"model.variants=[{listed}]")
        loaded = self.loaded
        if overrides:
            loaded = load_config(loaded.directory, [*loaded.overrides, *overrides])
        return run_project(loaded, output, progress or Silent())


def load_project(directory: str | Path, overrides: Sequence[str] = ()) -> Project:
    """Load the ``project.toml`` of a folder.

    Args:
        directory: the project folder.
        overrides: ``table.key=value`` texts, as for ``--set``.

    Raises:
        MissingPathError: there is no such folder, or no ``project.toml`` in it.
        ConfigError: the settings have mistakes.
    """
    return Project(load_config(Path(directory), overrides))
