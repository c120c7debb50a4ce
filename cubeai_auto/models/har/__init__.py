"""Human activity recognition from acceleration: recordings, windows, features, and their C code.

A loader reads a data set's files into ``recordings`` (what is damaged is counted in ``rejects``);
``sessions`` ends a recording wherever person, activity or time does not go on; ``assemble`` cuts
``windows``, divides them (``split``), brings them to a unit and makes the data set. ``preparation``
says what a network sees of a window, ``input_code`` writes the same as C.
"""

from __future__ import annotations

__all__: list[str] = []
