"""Who is told what a long run is doing."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Narrator", "Silent"]


class Narrator(Protocol):
    """Receives one line when a step begins, and details while it lasts."""

    def step(self, text: str) -> None:
        """A new step begins."""

    def detail(self, text: str) -> None:
        """Something inside the current step, such as an epoch; may be shown briefly or not at all."""


class Silent:
    """Tells nobody."""

    def step(self, text: str) -> None:
        """Nothing."""

    def detail(self, text: str) -> None:
        """Nothing."""
