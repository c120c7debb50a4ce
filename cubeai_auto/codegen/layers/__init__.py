"""The layers of a lowered network, one module a family: constants, parameters and kernel in C."""

from cubeai_auto.codegen.layers.body import Layer, LayerArray, LayerBody
from cubeai_auto.codegen.layers.convert import Affine, Rescale8
from cubeai_auto.codegen.layers.dense import DenseF32, DenseS8
from cubeai_auto.codegen.layers.softmax import SoftmaxF32, SoftmaxS8

__all__ = [
    "Affine",
    "DenseF32",
    "DenseS8",
    "Layer",
    "LayerArray",
    "LayerBody",
    "Rescale8",
    "SoftmaxF32",
    "SoftmaxS8",
]
