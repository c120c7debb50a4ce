"""A project's ``model.py``: its data, its network and its training, loaded as a typed value."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import inspect
import sys
import traceback
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Protocol, cast

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import ConfigError, CubeAIError, DatasetError, ToolMissingError
from cubeai_auto.files import existing_file
from cubeai_auto.models.backend import KerasModel
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.options import DatasetOptions, Progress, TrainingOptions
from cubeai_auto.models.training import TrainedModel

__all__ = ["Recipe", "choose_network", "contract_of", "load_recipe", "recipe_errors"]

_FUNCTIONS = {
    "load_data": ("options",),
    "build": ("training",),
    "train": ("dataset", "options", "progress"),
}


class Recipe(Protocol):
    """What a ``model.py`` holds at its top level.

    Where the data decides about input and outputs, a function ``contract(dataset, network)`` stands
    instead of ``CONTRACT`` and ``CLASSES``, and the classes are those of the data. A recipe with
    several networks names them in a tuple ``NETWORKS``, the usual one first; the name that the project
    chooses is then in ``options.network`` of ``train``.
    """

    CONTRACT: InputContract
    """How raw samples become the network's input."""

    CLASSES: tuple[str, ...]
    """The name of each output of the network, by index."""

    def load_data(self, options: DatasetOptions) -> Dataset:
        """The data set that the options name."""

    def build(self, training: TrainingOptions) -> KerasModel:
        """The network with its first weights."""

    def train(self, dataset: Dataset, options: TrainingOptions, progress: Progress) -> TrainedModel:
        """The trained network."""


def choose_network(recipe: Recipe, asked: str | None) -> str:
    """Which of the recipe's networks is meant; empty for a recipe with one network without a name.

    Raises:
        ConfigError: the recipe has no network of that name.
    """
    networks: tuple[str, ...] = getattr(recipe, "NETWORKS", ())
    if asked is None:
        return networks[0] if networks else ""
    if asked in networks:
        return asked
    known = f"it has: {', '.join(networks)}" if networks else "it has only one, without a name"
    msg = f"the recipe has no network {asked!r}; {known}"
    near = difflib.get_close_matches(asked, networks, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "leave model.network away"
    raise ConfigError(msg, key="model.network", hint=hint)


def contract_of(recipe: Recipe, dataset: Dataset, network: str) -> InputContract:
    """The input contract of one of the recipe's networks for a data set.

    Raises:
        ConfigError: the recipe's function gives something else.
        DatasetError: the data set has other classes than the recipe.
    """
    decide: object = getattr(recipe, "contract", None)
    if not callable(decide):
        if dataset.classes != recipe.CLASSES:
            msg = f"the data set {dataset.name} has other classes than the recipe: {dataset.classes}"
            raise DatasetError(msg, hint="make CLASSES in the recipe fit the data set")
        return recipe.CONTRACT
    contract: object = decide(dataset, network)
    if not isinstance(contract, InputContract):
        msg = "the recipe's function contract(dataset, network) must give an InputContract"
        raise ConfigError(msg, hint="from cubeai_auto.contract import InputContract")
    return contract


class _Loader(SourceFileLoader):
    """Loads the source as it is now, and writes no ``__pycache__`` beside the user's files."""

    def path_stats(self, path: object) -> dict[str, object]:  # noqa: ARG002 (as the base class has it)
        msg = "no bytecode cache"
        raise OSError(msg)

    def source_to_code(self, data: bytes, path: str, **options: int) -> CodeType:  # type: ignore[override]
        try:
            return super().source_to_code(data, path, **options)
        except ValueError as error:  # null bytes, before Python 3.11.4
            raise SyntaxError(str(error)) from error


def load_recipe(path: Path) -> Recipe:
    """Run a ``model.py`` and check that it holds what a recipe needs.

    The file becomes a module under a name of its own, so that two projects' files do not meet.

    Raises:
        MissingPathError: the file does not exist.
        ConfigError: it cannot be read or run, or something is missing or of the wrong kind; with file
            and, where known, line.
        ToolMissingError: it imports a package that is not installed.
    """
    path = existing_file(path, "the recipe").resolve()
    name = f"cubeai_auto_recipe_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    spec = ModuleSpec(name, _Loader(name, str(path)), origin=str(path))
    spec.has_location = True
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        with recipe_errors(path):
            cast("_Loader", spec.loader).exec_module(module)
        _check(module, path)
    except ValueError as error:
        # Python before 3.11.4 says so of null bytes, without a place; later ones call it syntax.
        sys.modules.pop(name, None)
        msg = f"Python syntax: {error}"
        raise ConfigError(msg, file=path) from error
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return cast("Recipe", module)


@contextlib.contextmanager
def recipe_errors(path: Path) -> Iterator[None]:
    """Turn a mistake in a recipe, while it is loaded or one of its functions runs, into a typed error.

    Errors of this package pass unchanged, and so do those that do not come out of the file.

    Raises:
        ConfigError: any other exception that passed through the file, with the line there.
        ToolMissingError: an import of a package that is not installed.
    """
    try:
        yield
    except CubeAIError:
        raise
    except Exception as error:
        if isinstance(error, SyntaxError) and error.filename in {None, str(path)}:
            msg = f"Python syntax: {error.msg}"
            raise ConfigError(msg, file=path, line=error.lineno) from error
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        if not lines:
            raise
        if isinstance(error, ModuleNotFoundError) and error.name is not None:
            msg = f"{path}:{lines[-1]}: the recipe imports {error.name}, which is not installed"
            raise ToolMissingError(msg, hint=f"pip install {error.name.split('.')[0]}") from error
        msg = f"{type(error).__name__}: {error}"
        raise ConfigError(msg, file=path, line=lines[-1]) from error


def _check(module: ModuleType, path: Path) -> None:
    """Raise for whatever a recipe needs and this module does not hold."""
    decides = hasattr(module, "contract")
    contract = getattr(module, "CONTRACT", None)
    if not decides and not isinstance(contract, InputContract):
        msg = "a recipe needs CONTRACT, an InputContract"
        raise ConfigError(msg, file=path, hint="from cubeai_auto.contract import InputContract")
    if not decides and not _names(getattr(module, "CLASSES", None)):
        msg = "a recipe needs CLASSES, a tuple with the name of each output"
        raise ConfigError(msg, file=path)
    if hasattr(module, "NETWORKS") and not _names(module.NETWORKS):
        msg = "NETWORKS is a tuple with the name of each network of the recipe"
        raise ConfigError(msg, file=path)
    functions = _FUNCTIONS | ({"contract": ("dataset", "network")} if decides else {})
    for name, parameters in functions.items():
        function = getattr(module, name, None)
        wanted = f"{name}({', '.join(parameters)})"
        if not inspect.isfunction(function):
            msg = f"a recipe needs the function {wanted}"
            raise ConfigError(msg, file=path)
        try:
            inspect.signature(function).bind(*parameters)
        except TypeError as error:
            msg = f"the function {name} must take {len(parameters)} arguments: {wanted}"
            line = function.__code__.co_firstlineno
            raise ConfigError(msg, file=path, line=line) from error


def _names(value: object) -> bool:
    """Whether it is a tuple of at least one text."""
    return isinstance(value, tuple) and bool(value) and all(isinstance(item, str) for item in value)
