"""A project as Python users see it: load, then run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.errors import CheckFailedError, UnsupportedModelError
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

        return run_project(self._with(engine, variants), output, progress or Silent())

    def store_baseline(
        self,
        engine: Literal["auto", "builtin", "stedgeai"] | None = None,
        *,
        output: Path | None = None,
        progress: Narrator | None = None,
    ) -> RunRecord:
        """Do the whole line and store its figures as the project's baseline.

        Args:
            engine: instead of the project file's.
            output: the run folder; by default ``runs/<key>`` in the project folder.
            progress: is told about every step.

        Returns:
            The run's record, held against the baseline just stored.

        Raises:
            CheckFailedError: outputs differ from the oracle's; nothing is stored.
            UnsupportedModelError: the engine refused every variant; nothing is stored.
            CubeAIError: of the kind that fits what else went wrong.
        """
        from cubeai_auto.compare.baseline import make_baseline
        from cubeai_auto.project.baseline import write_baseline
        from cubeai_auto.project.pipeline import run_project

        loaded, tell = self._with(engine), progress or Silent()
        record = run_project(loaded, output, tell, against_baseline=False)
        _worth_storing(record)
        write_baseline(loaded.config.baseline.file, make_baseline(record))
        return run_project(loaded, output, tell)

    def _with(self, engine: str | None, variants: Sequence[str] = ()) -> LoadedConfig:
        """The settings, with what replaces the project file's."""
        overrides = [] if engine is None else [f'engine.name="{engine}"']
        if variants:
            listed = ", ".join(f'"{name}"' for name in variants)
            overrides.append(f"model.variants=[{listed}]")
        if not overrides:
            return self.loaded
        return load_config(self.loaded.directory, [*self.loaded.overrides, *overrides])


def _worth_storing(record: RunRecord) -> None:
    """Refuse figures of code that is wrong, or of nothing.

    Raises:
        CheckFailedError: outputs differ from the oracle's.
        UnsupportedModelError: there is no variant with figures.
    """
    if all(variant.report is None for variant in record.variants):
        msg = "the engine refused every variant: there are no figures to store"
        raise UnsupportedModelError(msg, hint="cubeai-auto run shows why")
    wrong = [v.name for v in record.variants if any(result.mismatches for result in v.validation)]
    if wrong:
        msg = f"outputs of {', '.join(wrong)} differ from the oracle's: no baseline was stored"
        raise CheckFailedError(msg, hint="cubeai-auto run shows which")


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
