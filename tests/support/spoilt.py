"""Files as they should not be: cut short, and with bytes that are not what they were."""

from __future__ import annotations

import random
from collections.abc import Iterator

__all__ = ["spoilt_files"]


def spoilt_files(whole: bytes, count: int, *, seed: int = 7) -> Iterator[bytes]:
    """A number of wrong versions of a file, the same ones every time."""
    source = random.Random(seed)
    for number in range(count):
        if number % 2:
            yield whole[: source.randrange(len(whole))]
            continue
        content = bytearray(whole)
        head = source.random() < 0.5  # headers and tables of numbers matter most
        for _ in range(source.choice((1, 4, 40))):
            at = source.randrange(min(64, len(content)) if head else len(content))
            content[at] = source.choice((0, 0xFF, 0x7F, 0x80, source.randrange(256)))
        yield bytes(content)
