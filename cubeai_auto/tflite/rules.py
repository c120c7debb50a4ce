"""How the versions of X-CUBE-AI count the same layer differently."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CURRENT_RULES", "CostRules", "Version", "cost_rules"]

Version = tuple[int, int]
"""Major and minor number of an X-CUBE-AI pack."""


@dataclass(frozen=True, slots=True)
class CostRules:
    """The version-dependent part of Cube.AI's MACC rules.

    Attributes:
        name: the versions these rules hold for, in words.
        dense_bias_counts: a dense layer has one MACC an output for its bias.
        int8_softmax_extra: MACC an element for the conversions hidden in an int8 softmax.
        int8_fused_relu6: MACC an element for a relu6 fused into an int8 layer; ``None`` where no
            report was seen.
        transpose_counts: a TRANSPOSE that moves data has half a MACC an element.
    """

    name: str
    dense_bias_counts: bool = True
    int8_softmax_extra: int = 0
    int8_fused_relu6: int | None = 0
    transpose_counts: bool = True


CURRENT_RULES = CostRules("X-CUBE-AI 9.0 and later, ST Edge AI Core 1.0 and later")

_DENSE_BIAS_SINCE: Version = (6, 0)
_SOFTMAX_CONVERSIONS_UNTIL: Version = (8, 0)
_TRANSPOSE_SINCE: Version = (8, 1)
_RELU6_COUNTED_IN: Version = (5, 2)
_RELU6_FREE_SINCE: Version = (7, 1)


def cost_rules(version: Version | None = None) -> CostRules:
    """The rules of an X-CUBE-AI version.

    Fitted on the per-layer tables of stored tool reports (4.0 to 10.2) and on published totals.

    Args:
        version: of the pack, not of ST Edge AI Core; ``None`` for the current rules.
    """
    if version is None or version >= (9, 0):
        return CURRENT_RULES
    relu6: int | None = 2 if version == _RELU6_COUNTED_IN else None
    return CostRules(
        name=f"X-CUBE-AI {version[0]}.{version[1]}",
        dense_bias_counts=version >= _DENSE_BIAS_SINCE,
        int8_softmax_extra=4 if version <= _SOFTMAX_CONVERSIONS_UNTIL else 0,
        int8_fused_relu6=0 if version >= _RELU6_FREE_SINCE else relu6,
        transpose_counts=version >= _TRANSPOSE_SINCE,
    )
