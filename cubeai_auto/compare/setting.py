"""What a comparison asks of every deployment alike."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.board import Board
from cubeai_auto.target import Target

__all__ = ["Setting"]

_ABI, _FPU = "-mfloat-abi=", "-mfpu="


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how the network is to be deployed.

    Attributes:
        target: series, core and compiler flags.
        opt_level: the C compiler's optimization, for what is built: ``Os``, ``O2``, ``O3``.
        board: whose room is told; ``None`` if none is known.
    """

    target: Target
    opt_level: str = "O2"
    board: Board | None = None

    @property
    def core(self) -> str:
        """The board's core, else the series' one."""
        return self.target.core if self.board is None else self.board.core

    @property
    def fpu_abi(self) -> str:
        """``hard`` or ``soft``: where floating-point arguments go."""
        return fpu_abi(self.target)

    @property
    def fpu(self) -> str:
        """``none``, ``single`` or ``double``: the board's, else what the target's flags select."""
        if self.board is not None:
            return self.board.fpu
        unit = next((flag for flag in self.target.flags if flag.startswith(_FPU)), "")
        if not unit:
            return "none"
        return "single" if "-sp-" in unit else "double"


def fpu_abi(target: Target) -> str:
    """``hard`` or ``soft``, as the target's flags say; empty if they do not."""
    found = (f.removeprefix(_ABI) for f in target.flags if f.startswith(_ABI))
    return {"hard": "hard", "soft": "soft", "softfp": "soft"}.get(next(found, ""), "")
