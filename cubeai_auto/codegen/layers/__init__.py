"""The layers of a lowered network, one module a family: constants, parameters and kernel in C."""

from cubeai_auto.codegen.layers.body import Layer, LayerArray, LayerBody
from cubeai_auto.codegen.layers.conv import ConvS8
from cubeai_auto.codegen.layers.conv_f32 import ConvF32
from cubeai_auto.codegen.layers.convert import Affine, Rescale8
from cubeai_auto.codegen.layers.dense import DenseF32, DenseS8
from cubeai_auto.codegen.layers.depthwise import DepthwiseS8
from cubeai_auto.codegen.layers.elementwise import AddS8, ExtremeS8, MulS8, PreluS8
from cubeai_auto.codegen.layers.elementwise_f32 import BinaryF32, FunctionF32
from cubeai_auto.codegen.layers.lookup import LookupS8
from cubeai_auto.codegen.layers.lstm import LstmS8
from cubeai_auto.codegen.layers.lstm_f32 import LstmF32
from cubeai_auto.codegen.layers.movement import Concatenation, Gather, Pad, Resize
from cubeai_auto.codegen.layers.pool import PoolF32, PoolS8
from cubeai_auto.codegen.layers.reduce import SumF32, SumS8
from cubeai_auto.codegen.layers.softmax import SoftmaxF32, SoftmaxS8
from cubeai_auto.codegen.layers.svdf import SvdfS8

__all__ = [
    "AddS8",
    "Affine",
    "BinaryF32",
    "Concatenation",
    "ConvF32",
    "ConvS8",
    "DenseF32",
    "DenseS8",
    "DepthwiseS8",
    "ExtremeS8",
    "FunctionF32",
    "Gather",
    "Layer",
    "LayerArray",
    "LayerBody",
    "LookupS8",
    "LstmF32",
    "LstmS8",
    "MulS8",
    "Pad",
    "PoolF32",
    "PoolS8",
    "PreluS8",
    "Rescale8",
    "Resize",
    "SoftmaxF32",
    "SoftmaxS8",
    "SumF32",
    "SumS8",
    "SvdfS8",
]
