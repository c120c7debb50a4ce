"""Places a handful of buffers optimally.

Some optimal plan can be built by stacking: take the buffers in the order of their offsets, and
put each at the lowest place above all earlier ones that are live with it. (Sinking every buffer
of an optimal plan as far as it goes keeps it optimal and makes it of that form.) So it is enough
to search orders in which the offsets do not fall, with the height of the stack at every step as
the state.
"""

from __future__ import annotations

from collections.abc import Sequence

from cubeai_auto.tflite.lifetimes import BufferRequest

__all__ = ["place_exactly"]

_MAX_STATES = 60_000


def place_exactly(
    requests: Sequence[BufferRequest], alignment: int, *, below: int, enough: int
) -> tuple[int, ...] | None:
    """The offsets of the smallest plan.

    Args:
        requests: buffers of non-zero size.
        alignment: of every offset, in bytes.
        below: only a plan smaller than this is of interest.
        enough: a plan of this size ends the search.

    Returns:
        ``None`` if no plan is smaller than ``below`` or the search grew out of hand.
    """
    stack = _Stack(requests, alignment, below, enough)
    stack.search((), tuple([0] * stack.columns), 0, {})
    return stack.best


class _Stack:
    def __init__(
        self, requests: Sequence[BufferRequest], alignment: int, below: int, enough: int
    ) -> None:
        self._sizes = [request.size for request in requests]
        self._padded = [-(-size // alignment) * alignment for size in self._sizes]
        steps = sorted({r.first for r in requests})  # every largest live set occurs at a start
        self.columns = len(steps)
        self._spans = [
            [c for c, step in enumerate(steps) if r.first <= step <= r.last] for r in requests
        ]
        self._limit, self._enough = below, enough
        self._seen: set[tuple[int, tuple[int, ...], int]] = set()
        self.best: tuple[int, ...] | None = None

    def search(
        self, order: tuple[int, ...], heights: tuple[int, ...], floor: int, placed: dict[int, int]
    ) -> bool:
        """Extend a partial plan in all ways; true once the search can end."""
        left = [i for i in range(len(self._sizes)) if i not in placed]
        if not left:
            self._limit = max(placed[i] + self._sizes[i] for i in placed)
            self.best = tuple(placed[i] for i in range(len(self._sizes)))
            return self._limit <= self._enough
        state = (sum(1 << i for i in placed), heights, floor)
        if state in self._seen:
            return False
        self._seen.add(state)
        if len(self._seen) > _MAX_STATES:
            return True
        if self._hopeless(left, heights):
            return False
        for i in sorted(left, key=lambda i: -self._sizes[i]):
            offset = max(heights[c] for c in self._spans[i])
            if offset < floor or offset + self._sizes[i] >= self._limit:
                continue
            grown = list(heights)
            for c in self._spans[i]:
                grown[c] = offset + self._padded[i]
            if self.search((*order, i), tuple(grown), offset, {**placed, i: offset}):
                return True
        return False

    def _hopeless(self, left: Sequence[int], heights: tuple[int, ...]) -> bool:
        """Whether some step needs more than the best plan has, however the rest is stacked."""
        for c, height in enumerate(heights):
            live = [i for i in left if c in self._spans[i]]
            if live:
                slack = max(self._padded[i] - self._sizes[i] for i in live)
                if height + sum(self._padded[i] for i in live) - slack >= self._limit:
                    return True
        return False
