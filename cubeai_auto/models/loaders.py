"""Choosing a data set by the name in the project file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from cubeai_auto.errors import ConfigError
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.options import DatasetOptions

__all__ = ["Loader", "load_named", "refuse_signal"]

Loader = Callable[[DatasetOptions], Dataset]


def load_named(options: DatasetOptions, loaders: Mapping[str, Loader]) -> Dataset:
    """Load the data set that ``options.name`` names.

    Args:
        options: the ``[dataset]`` table.
        loaders: what the recipe can train on.

    Raises:
        ConfigError: no loader has that name; the hint names the nearest.
        CubeAIError: whatever the loader raises.
    """
    loader = loaders.get(options.name)
    if loader is None:
        near = difflib.get_close_matches(options.name, loaders, n=1)
        known = ", ".join(sorted(loaders))
        msg = f"unknown data set {options.name!r}; this recipe reads: {known}"
        hint = f"did you mean {near[0]!r}?" if near else f"--set dataset.name={next(iter(loaders))}"
        raise ConfigError(msg, key="dataset.name", hint=hint)
    return loader(options)


def refuse_signal(options: DatasetOptions) -> None:
    """For loaders of data without recordings.

    Raises:
        ConfigError: the project says how recordings become samples.
    """
    if options.signal is not None:
        msg = f"the data set {options.name!r} has no recordings of a sensor and takes no [signal]"
        raise ConfigError(msg, key="signal", hint="leave the table [signal] away")
