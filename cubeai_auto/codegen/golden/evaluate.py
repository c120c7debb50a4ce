"""The dispatch of the golden model: a layer's type chooses its formula."""

from __future__ import annotations

from functools import singledispatch

from cubeai_auto.codegen.golden.primitives import Array
from cubeai_auto.codegen.layers.body import LayerBody

__all__ = ["evaluate"]


@singledispatch
def evaluate(body: LayerBody, *inputs: Array) -> Array:
    """The layer's output, as a flat array in the stored type.

    Args:
        body: the layer.
        inputs: flat; several inferences may follow each other in each, as many in all.

    Raises:
        TypeError: no formula is registered for the layer.
    """
    msg = f"no formula for {type(body).__name__} with {len(inputs)} inputs"
    raise TypeError(msg)
