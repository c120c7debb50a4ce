"""What a run left for STM32CubeMX: the patched project of a variant, as values to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.quantity import JsonValue

__all__ = ["ChangedKey", "CubeMXProject", "LintLine"]


@dataclass(frozen=True, slots=True)
class ChangedKey:
    """A key of the ``.ioc`` with its values; ``None`` where it was absent or is gone."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class LintLine:
    """A finding in the patched file."""

    rule: str
    severity: str
    key: str | None
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class CubeMXProject:
    """A CubeMX project with a network in it.

    Attributes:
        ioc: the patched file.
        source: what was patched: a template, or the user's own file.
        pack: the version of X-CUBE-AI.
        application: the application of the pack; ``None`` for Core only.
        analyzed: whether the file holds the figures of a report of ST's tool.
        changed: every key that was changed.
        pins: whether no pin changed outside the declared set.
        clocks: whether no clock did.
        peripherals: whether no peripheral did.
        files: all files of the folder, relative to it.
        findings: what lint says about the result.
        notes: what an engineer should know.
    """

    ioc: str
    source: str
    pack: str
    application: str | None
    analyzed: bool
    changed: tuple[ChangedKey, ...]
    pins: bool
    clocks: bool
    peripherals: bool
    files: tuple[str, ...]
    findings: tuple[LintLine, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """The ``cubemx`` object of a variant in ``run.json``."""
        return {
            "ioc": self.ioc,
            "source": self.source,
            "pack": self.pack,
            "application": self.application,
            "analyzed": self.analyzed,
            "changed": [
                {"key": one.key, "before": one.before, "after": one.after} for one in self.changed
            ],
            "untouched": {
                "pins": self.pins,
                "clocks": self.clocks,
                "peripherals": self.peripherals,
            },
            "files": list(self.files),
            "findings": [
                {
                    "rule": one.rule,
                    "severity": one.severity,
                    "key": one.key,
                    "line": one.line,
                    "message": one.message,
                }
                for one in self.findings
            ],
            "notes": list(self.notes),
        }
