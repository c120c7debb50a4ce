"""From a data set to a trained network and its ``.tflite`` variants.

``options`` (what the project file says), ``loaders``, ``digits``, ``mnist`` (data sets),
``preprocess`` (the input contract applied and checked), ``augment``, ``training``, ``convert``,
``recipe`` (a project's ``model.py``). The only room that loads TensorFlow, and only inside functions;
importing this package loads nothing.
"""

from __future__ import annotations

__all__: list[str] = []
