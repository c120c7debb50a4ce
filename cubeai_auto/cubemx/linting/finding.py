"""What lint finds, and the table of its rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from cubeai_auto.quantity import JsonValue

__all__ = ["RULES", "Finding", "Rule", "Severity"]

Severity: TypeAlias = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its stable id, the severity of its findings, and what holds where it is silent."""

    id: str
    severity: Severity
    holds: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where a rule does not hold.

    Attributes:
        rule: the id of the rule.
        severity: ``error`` (CubeMX would lose or refuse something), ``warning`` (two places
            disagree, or another machine would stumble) or ``info``.
        key: the unescaped key, where one is meant.
        line: its 1-based line.
        message: what is wrong, in one sentence.
    """

    rule: str
    severity: Severity
    key: str | None
    line: int | None
    message: str

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the list ``findings``."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "key": self.key,
            "line": self.line,
            "message": self.message,
        }


RULES: Final[tuple[Rule, ...]] = (
    Rule("rows.count", "error", "`Mcu.PinsNb`, `Mcu.ThirdPartyNb` and `Mcu.IPNb` count their rows "
         "(`IPNb` may count the board's pseudo-peripheral `BSP_IP_NAME` once more)"),
    Rule("rows.gap", "error", "numbered rows run from 0 without a gap"),
    Rule("rows.duplicate", "warning", "no value stands in two rows of a list"),
    Rule("pins.mode", "error", "every row of `Mcu.Pin` has a `Mode`, `Signal` or `Locked` key, a "
         "virtual pin `Mode` or `Signal`"),
    Rule("pins.registered", "error", "every pin with a `Mode`, `Signal` or `Locked` key has a row"),
    Rule("parameters.listed", "error", "`IPParameters` and `GPIOParameters` name only keys that exist"),
    Rule("parameters.unlisted", "error", "every parameter of the pack is in its `IPParameters` (but "
         "`*_Checked`, `BSP.*` and the component descriptors of 5.x)"),
    Rule("parameters.dropped", "info", "every parameter of a peripheral or pin is in its list"),
    Rule("ai.slots", "error", "`ModelHashList` and `ModelNameList` have one entry for each network, "
         "each slot has `ModelName`, `ModelKind` and `ModelStructureFile`, and the names agree"),
    Rule("ai.orphans", "warning", "no keys of slots that `ModelHashList` does not name"),
    Rule("ai.version", "error", "one readable pack version in rows, keys, virtual pins and functions"),
    Rule("ai.components", "error", "`_SwParameter` names the chosen components, each with its row "
         "of `Mcu.Pin`"),
    Rule("ai.functions", "warning", "`MX_X_CUBE_AI_Init` and `_Process` are listed if and only if an "
         "application is chosen"),
    Rule("ai.heap", "warning", "heap and stack of the pack equal those of the project"),
    Rule("ai.crc", "error", "a pack up to 8.1 has the CRC unit enabled"),
    Rule("ai.runtime", "warning", "the runtime library that the IDE project links is the pack's"),
    Rule("ai.generated", "warning", "the generated code was written by the pack's tool"),
    Rule("files.path", "warning", "models are named relative to the project"),
    Rule("files.merge", "error", "no line of an unresolved merge"),
    Rule("files.duplicate", "error", "no key stands twice"),
    Rule("files.cut", "error", "the last line does not end in a backslash"),
    Rule("files.encoding", "warning", "only ASCII bytes, anything else as an escape"),
    Rule("files.order", "info", "keys stand in the order in which CubeMX writes them"),
)  # fmt: skip
