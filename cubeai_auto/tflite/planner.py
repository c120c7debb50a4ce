"""Places buffers in one arena: greedy orders, then an exact or a seeded search for the bound.

First fit in a good order usually reaches the largest sum of live bytes, which no plan can beat.
Where no greedy order does, fewer than 12 buffers are placed optimally by branch and bound, and
more by a seeded search over orders. The same requests always give the same plan.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cubeai_auto.tflite.branch import place_exactly
from cubeai_auto.tflite.lifetimes import BufferRequest, Slide, live_set_bound

__all__ = ["Plan", "plan"]

_BACKWARD = ("greedy from the end", lambda r: (-r.last, -r.first))
_EXACT_BELOW = 12
_MAX_TRIES = 3_000
_MAX_COMPARISONS = 1_500_000
"""Of a buffer with one that is live with it; about a second of searching."""
_SEED = 20_260
_ORDERS: tuple[tuple[str, Callable[[BufferRequest], tuple[int, ...]]], ...] = (
    ("greedy by size", lambda r: (-r.size, r.first)),
    ("greedy by start", lambda r: (r.first, -r.size)),
    ("greedy by size and duration", lambda r: (-r.size * (r.last - r.first + 1), r.first)),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each buffer lies.

    Attributes:
        offsets: one a request, in bytes from the start of the arena.
        size: the bytes the arena must have.
        live_bound: the most bytes live in one step, alignment included: no plan with this
            alignment can be smaller.
        alignment: every offset is a multiple of it.
        method: which step of the search found the plan.
    """

    offsets: tuple[int, ...]
    size: int
    live_bound: int
    alignment: int
    method: str

    @property
    def gap(self) -> int:
        """Bytes above the bound; 0 means that no better plan exists."""
        return self.size - self.live_bound


def plan(
    requests: Sequence[BufferRequest], *, alignment: int = 4, slides: Sequence[Slide] = ()
) -> Plan:
    """Place buffers so that those live at the same step do not overlap, unless one may slide.

    Args:
        requests: the buffers; those of size 0 get offset 0.
        alignment: of every offset, in bytes.
        slides: the outputs that may overlap their inputs, and how far.

    Raises:
        ValueError: an alignment below 1, a negative size, or a buffer that ends before it begins.
    """
    if alignment < 1:
        msg = f"the alignment must be at least 1, not {alignment}"
        raise ValueError(msg)
    for request in requests:
        if request.size < 0 or request.last < request.first:
            msg = f"not a buffer: {request}"
            raise ValueError(msg)
    search = _Search(requests, alignment, slides)
    return search.run()


class _Search:
    """The best offsets found so far, and the ways to look for better ones."""

    def __init__(
        self, requests: Sequence[BufferRequest], alignment: int, slides: Sequence[Slide]
    ) -> None:
        self._requests = requests
        self._distance = {(s.lower, s.upper): s.distance for s in slides if not s.exact}
        self._twins = self._exact_pairs(slides)
        self._alignment = alignment
        self._bound = live_set_bound(requests, alignment=alignment, slides=slides)
        self._real = [i for i, request in enumerate(requests) if request.size]
        self._neighbors = self._overlaps()
        self._size = -1
        self._offsets: dict[int, int] = {}
        self._order: list[int] = []
        self._method = "nothing to place"

    def _overlaps(self) -> dict[int, list[int]]:
        """For each buffer those that are live at one of its steps."""
        found: dict[int, list[int]] = {i: [] for i in self._real}
        live: list[int] = []
        for i in sorted(self._real, key=lambda i: self._requests[i].first):
            live = [j for j in live if self._requests[j].last >= self._requests[i].first]
            for j in live:
                found[i].append(j)
                found[j].append(i)
            live.append(i)
        return found

    def run(self) -> Plan:
        sliding = bool(self._distance or self._twins)
        for name, key in (*_ORDERS, _BACKWARD) if sliding else _ORDERS:
            self._try(sorted(self._real, key=lambda i: (key(self._requests[i]), i)), name)
        if not self._done and len(self._real) < _EXACT_BELOW and not sliding:
            self._branch()
        elif not self._done:
            self._swap()
        offsets = tuple(self._offsets.get(i, 0) for i in range(len(self._requests)))
        return Plan(offsets, max(self._size, 0), self._bound, self._alignment, self._method)

    @property
    def _done(self) -> bool:
        return self._size == self._bound or not self._real

    def _try(self, order: list[int], name: str) -> bool:
        """Place in an order; keep the result if it is better."""
        if self._done:
            return False
        offsets, size = self._first_fit(order)
        if 0 <= self._size <= size:
            return False
        self._offsets, self._size, self._order, self._method = offsets, size, order, name
        return True

    def _first_fit(self, order: Sequence[int]) -> tuple[dict[int, int], int]:
        offsets: dict[int, int] = {}
        size, step = 0, self._alignment
        for i in order:
            place = 0
            taken = sorted(
                (offsets[j] - self._gap(i, j), offsets[j] + self._gap(j, i), j)
                for j in self._neighbors[i]
                if j in offsets
            )
            for below, above, _ in taken:
                if place <= below:
                    break
                place = max(place, -(-above // step) * step)
            for twin in self._twins.get(i, ()):
                start = offsets.get(twin, place)
                if start < place and all(
                    start <= below or start >= above for below, above, j in taken if j != twin
                ):
                    place = start
            offsets[i] = place
            size = max(size, place + self._requests[i].size)
        return offsets, size

    @staticmethod
    def _exact_pairs(slides: Sequence[Slide]) -> dict[int, list[int]]:
        """For each buffer those at whose very start it may start too."""
        found: dict[int, list[int]] = {}
        for slide in slides:
            if slide.exact:
                found.setdefault(slide.lower, []).append(slide.upper)
                found.setdefault(slide.upper, []).append(slide.lower)
        return found

    def _gap(self, lower: int, upper: int) -> int:
        """How far a buffer must start below another one that is live with it."""
        size = self._requests[lower].size
        return min(self._distance.get((lower, upper), size), size)

    def _branch(self) -> None:
        chosen = [self._requests[i] for i in self._real]
        found = place_exactly(chosen, self._alignment, below=self._size, enough=self._bound)
        if found is not None:
            self._offsets = dict(zip(self._real, found, strict=True))
            self._size = max(o + r.size for o, r in zip(found, chosen, strict=True))
            self._method = "branch and bound"

    def _swap(self) -> None:
        source = random.Random(_SEED)  # noqa: S311 - a search order, nothing secret
        pairs = sum(len(neighbors) for neighbors in self._neighbors.values())
        tries = min(_MAX_TRIES, _MAX_COMPARISONS // max(pairs, 1))
        for _ in range(tries):
            if self._done:
                return
            order = self._order.copy()
            for _ in range(source.choice((1, 1, 2, 3))):
                a, b = source.randrange(len(order)), source.randrange(len(order))
                order[a], order[b] = order[b], order[a]
            offsets, size = self._first_fit(order)
            if size < self._size:
                self._offsets, self._size, self._method = offsets, size, "order search"
            if size <= self._size:
                self._order = order
