"""A report while it is being read; what every layout has in common ends here."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from cubeai_auto.quantity import Quantity, missing, reported
from cubeai_auto.reports.cgraph import CArray, CNode, Epoch
from cubeai_auto.reports.memory import MemoryPool
from cubeai_auto.reports.profile import LayerTiming, Profile
from cubeai_auto.reports.reading.parameters import (
    c_api_of,
    command_of,
    model_of,
    model_type_of,
    option,
    target_of,
)
from cubeai_auto.reports.report import CubeReport, Footprint, LayerInfo, TensorInfo, ToolInfo
from cubeai_auto.reports.validation import ValidationRow

__all__ = ["Draft", "FootprintDraft", "ProfileDraft"]

_MOST_NOTES = 40
# Up to 7.0 the option is a factor, and 1 is none; 5.x to 7.1 print None for it.
_NO_COMPRESSION = {"1": "none", "None": "none"}


@dataclass(slots=True)
class FootprintDraft:
    """The figures of :class:`Footprint` in bytes; ``None`` where the report states none.

    ``why`` holds a reason for a missing figure that is better than "not stated".
    """

    weights: int | None = None
    activations: int | None = None
    inputs: int | None = None
    outputs: int | None = None
    states: int | None = None
    kernel_flash: int | None = None
    kernel_ram: int | None = None
    toolchain_flash: int | None = None
    toolchain_ram: int | None = None
    flash_total: int | None = None
    ram_total: int | None = None
    data_ram: int | None = None
    why: dict[str, str] = field(default_factory=dict)

    def finish(self, source: str, otherwise: str) -> Footprint:
        """The footprint, each figure reported by ``source`` or missing with a reason."""
        quantities: dict[str, Quantity] = {}
        for item in fields(self):
            if item.name == "why":
                continue
            value: int | None = getattr(self, item.name)
            reason = self.why.get(item.name, otherwise)
            quantities[item.name] = missing(reason) if value is None else reported(value, "B", source)
        return Footprint(
            **quantities, channel_constants=missing("ST's tools count them as weights or code")
        )


@dataclass(slots=True)
class ProfileDraft:
    """A :class:`Profile` while it is being read; ``duration`` in ms."""

    mode: str | None = None
    device: str | None = None
    runtime: str | None = None
    samples: int | None = None
    duration: float | None = None
    cycles: int | None = None
    cycles_per_macc: float | None = None
    stack: int | None = None
    heap: int | None = None
    layers: list[LayerTiming] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """What was read so far. ``file`` is the path as given, ``name`` its last part."""

    file: str
    name: str
    tool: ToolInfo = field(default_factory=lambda: ToolInfo("unknown"))
    created: str | None = None
    parameters: str | None = None
    command: str | None = None
    failed: bool = False
    errors: list[str] = field(default_factory=list)
    model_path: str = ""
    model_name: str = ""
    model_type: str = ""
    model_scheme: str = ""
    model_hash: str = ""
    c_name: str = ""
    c_api: str | None = None
    target: str | None = None
    shown_target: str | None = None
    compression: str | None = None
    optimization: str | None = None
    options: list[str] = field(default_factory=list)
    macc: int | None = None
    macc_source: str = ""
    params: int | None = None
    params_source: str = ""
    why: dict[str, str] = field(default_factory=dict)
    footprint: FootprintDraft = field(default_factory=FootprintDraft)
    inputs: list[TensorInfo] = field(default_factory=list)
    outputs: list[TensorInfo] = field(default_factory=list)
    layers: list[LayerInfo] = field(default_factory=list)
    pools: list[MemoryPool] = field(default_factory=list)
    generated: list[str] = field(default_factory=list)
    validation: list[ValidationRow] = field(default_factory=list)
    profile: ProfileDraft | None = None
    c_nodes: list[CNode] = field(default_factory=list)
    c_arrays: list[CArray] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    neural_art: bool = False
    rounded: set[str] = field(default_factory=set)
    sections: set[str] = field(default_factory=set)

    @property
    def source(self) -> str:
        """What stands behind every figure: tool, version and file."""
        return f"{self.tool.label}, {self.name}"

    def note(self, text: str) -> None:
        """Keep a remark once; beyond forty only that there were more."""
        if text and text not in self.notes:
            if len(self.notes) < _MOST_NOTES:
                self.notes.append(text)
            elif len(self.notes) == _MOST_NOTES:
                self.notes.append("more remarks of this kind were left out")

    def error(self, text: str) -> None:
        """Keep an error of the tool, and that the run failed."""
        self.failed = True
        if text and text not in self.errors:
            self.errors.append(text)

    def running(self) -> ProfileDraft:
        """The profile, begun if need be."""
        if self.profile is None:
            self.profile = ProfileDraft()
        return self.profile

    def figure(self, value: float | None, unit: str, reason: str) -> Quantity:
        """A reported quantity, or a missing one."""
        return missing(reason) if value is None else reported(value, unit, self.source)

    def expect(self, what: str, here: int | None, there: int | None) -> None:
        """Note that two places of one report state different figures."""
        if here is not None and there is not None and here != there:
            self.note(f"{what} says {here:,} where the summary says {there:,}")

    def finish(self) -> CubeReport:
        """The report."""
        words = self.parameters or ""
        compression = self.compression or option(words, "-c", "--compression")
        nothing = "not stated by the report"
        path = self.model_path or model_of(words) or ""
        kind = self.model_type or model_type_of(words, path)
        macc_source = f"{self.source}{self.macc_source}"
        return CubeReport(
            tool=self.tool,
            status="failed" if self.failed or self.errors else "ok",
            model_path=path,
            model_name=self.model_name,
            model_format="/".join(part for part in (kind, self.model_scheme) if part),
            model_hash=self.model_hash,
            c_name=self.c_name or option(words, "-n", "--name") or "",
            macc=missing(self.why.get("macc", nothing))
            if self.macc is None
            else reported(self.macc, "MACC", macc_source),
            params=missing(self.why.get("params", nothing))
            if self.params is None
            else reported(self.params, "1", f"{self.source}{self.params_source}"),
            footprint=self.footprint.finish(self.source, nothing),
            inputs=tuple(self.inputs),
            outputs=tuple(self.outputs),
            layers=tuple(self.layers),
            file=self.file,
            command=self.command or command_of(words),
            errors=tuple(self.errors),
            created=self.created,
            target=self.target or target_of(words) or self.shown_target,
            compression=_NO_COMPRESSION.get(compression or "", compression),
            optimization=self.optimization or option(words, "-O", "--optimization"),
            parameters=self.parameters,
            generated_files=tuple(self.generated),
            notes=tuple(self.notes),
            c_api=self._c_api(words),
            options=tuple(self.options),
            memory_pools=tuple(self.pools),
            validation=tuple(self.validation),
            profile=self._profile(),
            c_nodes=tuple(self.c_nodes),
            c_arrays=tuple(self.c_arrays),
            epochs=tuple(self.epochs),
        )

    def _c_api(self, words: str) -> str | None:
        """The embedded API: as stated, by the files generated, or the version's default."""
        if stated := c_api_of(words) or self.c_api:
            return stated
        names = " ".join(self.generated)
        if "_details.h" in names or "stai_" in names or "use-st-ai" in self.options:
            return "st-ai"
        if "_data_params.h" in names or "_config.h" in names:
            return "legacy"
        # st-ai came as an option with Core 2 and became the default with Core 3.0.
        version = self.tool.version or ""
        if self.tool.name == "stm32ai" or version.startswith(("9.", "1.")):
            return "legacy"
        return None

    def _profile(self) -> Profile | None:
        run = self.profile
        if run is None:
            return None
        nothing = "not stated by the report"
        return Profile(
            mode=run.mode,
            device=run.device,
            runtime=run.runtime,
            samples=run.samples,
            duration=self.figure(run.duration, "ms", nothing),
            cycles=self.figure(run.cycles, "cycles", nothing),
            cycles_per_macc=self.figure(run.cycles_per_macc, "cycles/MACC", nothing),
            stack=self.figure(run.stack, "B", "not monitored"),
            heap=self.figure(run.heap, "B", "not monitored"),
            layers=tuple(run.layers),
        )
