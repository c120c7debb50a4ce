"""The tables of ``project.toml`` as typed, frozen models.

The text under each key is its documentation: the JSON schema, the reference page and the error
messages are made from these models.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from cubeai_auto.project.fields import (
    Bytes,
    CName,
    Count,
    CountGrowth,
    Each,
    EachNumber,
    FilePath,
    Fraction,
    Pack,
    Seconds,
    Seed,
    Series,
    Sha256,
    SizeGrowth,
    Text,
    Uart,
    Url,
)
from cubeai_auto.project.sizes import LARGEST

__all__ = [
    "BaselineTable",
    "BudgetsTable",
    "CompareTable",
    "CubeMXTable",
    "DatasetTable",
    "EngineTable",
    "ModelTable",
    "Place",
    "ProjectConfig",
    "ProjectTable",
    "SignalTable",
    "TargetTable",
    "ValidateTable",
    "Variant",
    "conflicts",
]

Variant = Literal["float32", "int8", "dynamic-range"]
Place = Literal["host", "emulator", "board"]

_ALL_VARIANTS: tuple[Variant, ...] = ("float32", "int8", "dynamic-range")


class _Table(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class ProjectTable(_Table, title="[project]"):
    """What the project is called."""

    name: Text
    """The name shown in reports."""
    description: str = Field(default="", max_length=2000)
    """One or two sentences for the reader of a report."""


class ModelTable(
    _Table,
    title="[model]",
    json_schema_extra={"oneOf": [{"required": ["recipe"]}, {"required": ["path"]}]},
):
    """The network: trained by a recipe of the project, or a finished model file."""

    recipe: FilePath | None = None
    """The Python file with data preparation, network and training, such as `model.py`. Either this
    or `path` is required."""
    path: FilePath | None = None
    """A finished `.tflite` file, used instead of a recipe. What it holds decides the variant."""
    variants: Annotated[
        tuple[Variant, ...],
        Field(strict=False, json_schema_extra={"minItems": 1, "uniqueItems": True}),
        Each,
    ] = Field(default=_ALL_VARIANTS, validate_default=True)
    """The forms into which a recipe's network is converted. Not with `path`."""
    network: Text | None = None
    """Which of the recipe's networks is trained, where it has several; without it, its first. Not with
    `path`."""
    name: CName = "network"
    """The name of the network in the generated C: `network.c`, `stai_network_run()`."""
    seed: Seed = 1
    """The start of every random sequence of the training. Not with `path`."""
    epochs: int = Field(default=30, ge=1, le=100_000)
    """How often the training goes through the training set. Not with `path`."""
    batch_size: int = Field(default=64, ge=1, le=65_536)
    """Samples per training step; the converted model always has a batch of 1. Not with `path`."""
    augment: bool = True
    """Whether training samples are varied a little each time they are used. Not with `path`."""

    @field_validator("variants", mode="before")
    @classmethod
    def _implied_by_the_file(cls, value: object, info: ValidationInfo) -> object:
        """A model file comes with its variant, so the default holds for recipes only."""
        if value is _ALL_VARIANTS:
            return () if info.data.get("path") is not None else value
        if value in ([], ()):
            msg = "name at least one"
            raise ValueError(msg)
        return value


class DatasetTable(_Table, title="[dataset]"):
    """The labeled data for training and for measuring accuracy. Required with a recipe."""

    name: Text
    """The name under which the recipe knows the data set."""
    path: FilePath | None = None
    """The folder or file that holds the data."""
    url: Url | None = None
    """The address from which the data can be downloaded. Needs `sha256`."""
    sha256: Sha256 | None = None
    """The SHA-256 of the data file, checked before it is used."""


_Users = Annotated[
    tuple[Annotated[int, Field(ge=0, le=LARGEST)], ...],
    Field(strict=False, json_schema_extra={"uniqueItems": True}),
    EachNumber,
]


class SignalTable(_Table, title="[signal]"):
    """How recordings of a sensor become samples. What is not given, the data set decides."""

    window: Annotated[int, Field(ge=8, le=4096)] | None = None
    """Samples in one window."""
    step: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Samples from the start of one window to that of the next. Without it, half a window."""
    split: Literal["auto", "users", "recordings", "given", "random"] = "auto"
    """What keeps training and test apart: different people (`users`), different recordings, the
    data set's own parts (`given`), or nothing (`random`: the same people and, with overlapping
    windows, the same seconds in both; labeled so in every report). `auto` takes the data set's own
    parts, else people, else recordings."""
    train_users: _Users = ()
    """The numbers of the people to train on. Without it, all who are not tested on."""
    test_users: _Users = ()
    """The numbers of the people to test on. Without it, those usual for the data set, else the last
    three in ten."""
    raw_unit: Literal["g", "mg", "m/s^2", "counts"] | None = None
    """The unit in which the firmware has the values: the network is trained and the C code is
    written for it. `counts` are the sensor's 16-bit numbers. Without it, the unit of the data."""
    full_scale: Annotated[float, Field(gt=0, le=1000)] | None = None
    """The sensor's full scale in g; larger values are clipped as the sensor clips them. Needed with
    `raw_unit = "counts"`."""


class TargetTable(_Table, title="[target]"):
    """Where the network will run."""

    board: Text = "NUCLEO-F446RE"
    """The board, by ST's name."""
    series: Series | None = None
    """The series, as the engines name it. Without it, the board decides."""


class EngineTable(_Table, title="[engine]"):
    """Which tool turns the model into C, and how."""

    name: Literal["auto", "builtin", "stedgeai"] = "auto"
    """`stedgeai` is ST's command-line tool, `builtin` the compiler of this package; `auto` takes
    ST's tool where it is installed, else the built-in one, and says so."""
    optimization: Literal["balanced", "time", "ram", "size"] = "balanced"
    """What the engine should save at the expense of the rest."""
    compression: Literal["none", "lossless", "low", "medium", "high"] = "none"
    """How far the weights are compressed; from `low` on, results change."""
    c_api: Literal["st-ai", "legacy"] = "st-ai"
    """The functions of the generated code: `stai_network_run()` or `ai_network_run()`."""
    opt_level: Literal["Os", "O2", "O3"] = "O2"
    """The compiler's optimization level for the generated code, without the dash."""
    io_in_activations: bool = True
    """Whether inputs and outputs are placed inside the activation buffer."""
    fast_float: bool = False
    """Whether float kernels may fuse a multiplication with an addition, which is faster; float
    outputs are then no longer bit-equal to those of the reference."""
    rounding: Literal["double", "single"] = "double"
    """How the built-in engine rounds when it brings int8 results to another scale: twice, as
    TensorFlow Lite Micro does, or once, as some LiteRT kernels do; outputs with `single` are
    reported as unverified."""
    executable: FilePath | None = None
    """ST's `stedgeai` program, or the root of its installation. Without it, the usual places are
    searched."""
    versions: Text | None = None
    """The versions of ST's tool that will do, such as `">=10.0,<12"`: of the X-CUBE-AI pack, or
    `"core >=2.0"` of ST Edge AI Core. Without it, the newest one is taken."""
    connection: Text | None = None
    """Where ST's tool finds the board, such as `"serial:COM6:115200"`. Without it, it looks itself."""


class ValidateTable(_Table, title="[validate]"):
    """Where the generated code is run and compared with the reference."""

    on: Annotated[
        tuple[Place, ...],
        Field(strict=False, min_length=1, json_schema_extra={"uniqueItems": True}),
        Each,
    ] = ("host", "emulator")
    """The places: this computer, an emulated microcontroller, a connected board."""
    samples: int = Field(default=200, ge=1, le=10_000_000)
    """Input vectors run on the emulator or the board."""
    host_samples: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Input vectors run on the host. Without it, the whole test set."""
    seed: Seed = 1
    """The start of the random sequence that picks or makes input vectors."""
    timeout: Seconds = 600.0
    """Seconds after which one validation run is ended."""


class CompareTable(_Table, title="[compare]"):
    """What the result is compared with."""

    tflm: bool = True
    """Whether the same network is measured with TensorFlow Lite Micro."""


class BudgetsTable(_Table, title="[budgets]"):
    """Limits that every variant has to keep. A limit that is not given is not checked."""

    flash: Bytes | None = None
    """Most flash: weights, generated code and runtime."""
    ram: Bytes | None = None
    """Most RAM: activations, inputs and outputs, runtime and stack."""
    arena: Bytes | None = None
    """Most bytes in the activation buffer alone."""
    macc: Count | None = None
    """Most multiply-accumulate operations per inference."""
    instructions: Count | None = None
    """Most instructions per inference, counted by the emulator."""
    accuracy: Fraction | None = None
    """Least accuracy of the generated code on the test set: 0.95 is 95 percent."""
    mismatches: Count | None = None
    """Most output elements that may differ from the reference."""


class BaselineTable(_Table, title="[baseline]"):
    """How far figures may move from those that `cubeai-auto baseline PROJECT --update` stored."""

    file: FilePath = Path("baseline.json")
    """The stored figures. Without the file, nothing is compared."""
    floor: Bytes = 0
    """A change of flash, RAM or arena below this size is noise and breaks nothing."""
    flash: SizeGrowth | None = None
    """Most growth of flash."""
    ram: SizeGrowth | None = None
    """Most growth of RAM, stack included."""
    arena: SizeGrowth | None = None
    """Most growth of the activation buffer."""
    macc: CountGrowth | None = None
    """Most growth of multiply-accumulate operations per inference."""
    instructions: CountGrowth | None = None
    """Most growth of instructions per inference."""
    accuracy: Fraction | None = None
    """Most loss of accuracy: 0.01 is one percentage point."""


class CubeMXTable(_Table, title="[cubemx]"):
    """The STM32CubeMX project that receives the network. A run writes a patched copy of it."""

    ioc: FilePath | None = None
    """The `.ioc` file; it is never changed itself. Without it, the template of the board, where there
    is one."""
    pack: Pack = "10.2.0"
    """The version of the X-CUBE-AI pack."""
    application: Literal[
        "none",
        "template",
        "system-performance",
        "validation",
        "ApplicationTemplate",
        "SystemPerformance",
        "Validation",
    ] = "none"
    """The application that the pack adds to the firmware, in this spelling or the pack's own. With
    `none`, the run's own application calls the network."""
    uart: Uart | None = None
    """The UART of `system-performance` and `validation`. Without it, the board's virtual COM port."""


class ProjectConfig(_Table, title="project.toml"):
    """A cubeai_auto project: one network, its data, its target, and the limits it has to keep."""

    project: ProjectTable
    model: ModelTable
    dataset: DatasetTable | None = None
    signal: SignalTable | None = None
    target: TargetTable = Field(default_factory=TargetTable)
    engine: EngineTable = Field(default_factory=EngineTable)
    validation: ValidateTable = Field(default_factory=ValidateTable, alias="validate")
    compare: CompareTable = Field(default_factory=CompareTable)
    budgets: BudgetsTable = Field(default_factory=BudgetsTable)
    baseline: BaselineTable = Field(default_factory=BaselineTable)
    cubemx: CubeMXTable | None = None

    @model_validator(mode="after")
    def _no_conflicts(self) -> ProjectConfig:
        for _, problem in conflicts(self.given()):
            raise ValueError(problem)
        return self

    def given(self) -> frozenset[str]:
        """The tables present, and the dotted keys that were given rather than left at a default."""
        names: set[str] = set()
        for attribute, field in type(self).model_fields.items():
            table = getattr(self, attribute)
            if attribute in self.model_fields_set and isinstance(table, BaseModel):
                name = field.alias or attribute
                keys = (key for key in table.model_fields_set if getattr(table, key) is not None)
                names |= {name, *(f"{name}.{key}" for key in keys)}
        return frozenset(names)


_RECIPE_ONLY = ("variants", "network", "seed", "epochs", "batch_size", "augment")


def conflicts(given: AbstractSet[str]) -> list[tuple[str, str]]:
    """What is wrong between keys, each of which may be right by itself.

    Args:
        given: the tables of a project and its dotted keys, without those left at a default.

    Returns:
        Pairs of the key to blame and a sentence that names the keys involved.
    """
    found: list[tuple[str, str]] = []
    recipe, path = "model.recipe" in given, "model.path" in given
    if recipe and path:
        found.append(
            ("model.path", "'model.recipe' and 'model.path' exclude each other; give one of them")
        )
    elif path:
        found += [
            (f"model.{key}", f"'model.{key}' is for training; 'model.path' names a finished model")
            for key in _RECIPE_ONLY
            if f"model.{key}" in given
        ]
    elif not recipe and "model" in given:
        found.append(("model", "[model] needs 'recipe' (how to train) or 'path' (a .tflite file)"))
    if "dataset.url" in given and "dataset.sha256" not in given:
        found.append(
            ("dataset.url", "'dataset.url' needs 'dataset.sha256': a download has to be known")
        )
    found += [
        (key, f"'{key}' needs labeled data: add a table [dataset] with 'name'")
        for key in ("model.recipe", "budgets.accuracy", "signal")
        if key in given and "dataset" not in given
    ]
    return found
