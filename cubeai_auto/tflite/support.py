"""How an engine says which operators it takes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OperatorSupport"]


@dataclass(frozen=True, slots=True)
class OperatorSupport:
    """A line of an engine's list of supported operators.

    Attributes:
        name: the operator as the schema spells it.
        dtypes: the types it takes, in words.
        limits: what else must hold.
    """

    name: str
    dtypes: tuple[str, ...]
    limits: str
