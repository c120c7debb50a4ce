"""Depthwise convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.depthwise_plan import DepthwisePlan
from cubeai_auto.codegen.layers.body import Int8Array, Int32Array, LayerArray, LayerBody
from cubeai_auto.codegen.pairing import as_int32

__all__ = ["DepthwiseS8"]

_ARRAYS = ("weights", "bias", "multiplier", "shift")
_GROUP_BYTES = 160
"""Four channels as the 3 x 3 kernel holds them: weights, constants, bias."""
_PAIR_BYTES = 64
_TAP_BYTES = 12


@dataclass(frozen=True, slots=True, eq=False)
class DepthwiseS8(LayerBody):
    """int8 depthwise convolution.

    Attributes:
        weights: (kernel height, kernel width, output channels), as in the model.
        bias: one per output channel, the model's; zeros if it has none.
        input_zero_point: cells outside the image count as if they held it.
        multiplier: one per output channel.
        shift: likewise; positive is to the left.
        plan: what a kernel for the DSP extension runs, where it is proven for every input.
        reason: one line on the choice of kernel.
        slow: what keeps it from the kernels for the DSP extension; empty if nothing does.
    """

    geometry: ConvGeometry
    weights: Int8Array
    bias: Int32Array
    input_zero_point: int
    output_zero_point: int
    multiplier: Int32Array
    shift: Int8Array
    clamp_low: int
    clamp_high: int
    plan: DepthwisePlan | None
    reason: str
    slow: str = ""

    @property
    def kernel(self) -> str:
        """The C function."""
        if self.plan is None:
            return "cai_depthwise_s8"
        stride = "_stride2" if self.plan.kind == "3x3" and self.geometry.stride_h == 2 else ""
        return f"cai_depthwise_s8_{self.plan.kind}{stride}{'_signed' if self.plan.signed else ''}"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_depthwise_s8.c" if self.plan is None else f"cai_depthwise_s8_{self.plan.kind}.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        if self.plan is None:
            return "cai_depthwise_s8_layer"
        return f"cai_depthwise_s8_{self.plan.kind}_layer"

    @property
    def why(self) -> str:
        """The choice of kernel."""
        return self.reason

    @property
    def notes(self) -> tuple[str, ...]:
        """What keeps it from the fastest kernels."""
        return (self.slow,) if self.slow else ()

    @property
    def scratch(self) -> int | None:
        """Strips of the image, or the list of the kernel's cells."""
        if self.plan is None:
            return None
        if self.plan.kind == "taps":
            return _TAP_BYTES * 3 * -(-self.geometry.kernel_h * self.geometry.kernel_w // 3)
        walk = _Walk.of(self.geometry, down=self.plan.down)
        passes = -(-walk.rows // 2) if walk.stride == 1 else walk.rows
        return _GROUP_BYTES + _PAIR_BYTES * walk.pairs + 8 * passes

    def with_least_scratch(self) -> DepthwiseS8:
        """Walks along the rows of the image if they are shorter than its columns."""
        if self.plan is None or not self.plan.down:
            return self
        along = replace(self, plan=replace(self.plan, down=False))
        return along if (along.scratch or 0) < (self.scratch or 0) else self

    @property
    def in_place(self) -> bool:
        """Whether the output may start exactly where the input starts, and nowhere else within it.

        The 3 x 3 kernel computes four channels of the whole image at a time, two rows of the input
        ahead of the output. From the same start, pixel q of the output lies on channels of the
        same number of pixel q of the input, if both have as many channels; so only the rows of
        the four channels themselves matter, and those must have been read.
        """
        if self.plan is None or self.plan.kind != "3x3":
            return False
        g = self.geometry
        if self.plan.down:  # equal sizes, padding of at most 1: output columns c, c + 1, input c + 2
            return True
        rows = 2 if g.stride_h == 1 else 1
        passes = np.arange(-(-g.out_h // rows))
        written = np.minimum((passes + 1) * rows, g.out_h) * g.out_w
        read = np.minimum((passes + 2) * 2 - g.pad_top, g.in_h) * g.in_w
        return bool((written <= read).all()) and g.out_h * g.out_w <= g.in_h * g.in_w

    def arrays(self) -> tuple[LayerArray, ...]:
        """Weights, bias, multipliers and shifts."""
        shape = " x ".join(map(str, self.weights.shape))
        plan = self.plan
        if plan is None:
            return (
                LayerArray("weights", self.weights.ravel(), shape),
                LayerArray("bias", self.bias, "one per channel"),
                LayerArray("multiplier", self.multiplier, "one per channel, Q0.31"),
                LayerArray("shift", self.shift, "one per channel, positive to the left"),
            )
        chosen = plan.channels
        weights = chosen.weights.T.reshape(self.weights.shape)
        bias, what = chosen.bias, "one per channel"
        if plan.down:
            weights, shape = weights.transpose(1, 0, 2), f"{shape}, columns first"
        if plan.kind == "3x3":
            bias = bias - self.input_zero_point * chosen.weights.sum(axis=1)
            what = "with the input zero point"
        return (
            LayerArray("weights", weights.astype(np.int8).ravel(), shape),
            LayerArray("bias", as_int32(bias), what),
            LayerArray("multiplier", chosen.multiplier.astype(np.int32), "one per channel, Q0.31"),
            LayerArray("shift", chosen.shift.astype(np.int8), "one per channel, positive to the left"),
        )

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        if self.plan is None:
            sizes = _plain_fields(self.geometry, self.weights.shape[2])
        elif self.plan.kind == "taps":
            sizes = _taps_fields(self.geometry)
        else:
            sizes = _Walk.of(self.geometry, down=self.plan.down).fields(self.geometry)
        return (
            *((role, symbols[role]) for role in _ARRAYS),
            *sizes,
            ("input_zero_point", str(self.input_zero_point)),
            ("zero_point", str(self.output_zero_point)),
            ("clamp_low", str(self.clamp_low)),
            ("clamp_high", str(self.clamp_high)),
        )


def _plain_fields(g: ConvGeometry, channels: int) -> tuple[tuple[str, str], ...]:
    values = {
        "batches": g.batches,
        "in_h": g.in_h,
        "in_w": g.in_w,
        "in_channels": g.in_channels,
        "per_channel": channels // g.in_channels,
        "out_h": g.out_h,
        "out_w": g.out_w,
        "kernel_h": g.kernel_h,
        "kernel_w": g.kernel_w,
        "stride_h": g.stride_h,
        "stride_w": g.stride_w,
        "dilation_h": g.dilation_h,
        "dilation_w": g.dilation_w,
        "pad_top": g.pad_top,
        "pad_left": g.pad_left,
    }
    return tuple((name, f"{value}u") for name, value in values.items())


def _taps_fields(g: ConvGeometry) -> tuple[tuple[str, str], ...]:
    down = (g.in_h, g.out_h, g.kernel_h, g.stride_h, g.dilation_h, g.pad_top)
    across = (g.in_w, g.out_w, g.kernel_w, g.stride_w, g.dilation_w, g.pad_left)
    return (
        ("batches", f"{g.batches}u"),
        ("channels", f"{g.in_channels}u"),
        ("down", _dimension(down)),
        ("across", _dimension(across)),
    )


def _dimension(values: tuple[int, ...]) -> str:
    names = ("in", "out", "kernel", "stride", "dilation", "pad")
    return "{" + ", ".join(f".{n} = {v}u" for n, v in zip(names, values, strict=True)) + "}"


@dataclass(frozen=True, slots=True)
class _Walk:
    """An image as the 3 x 3 kernel walks through it: along the rows, or down the columns."""

    stride: int
    in_rows: int
    in_columns: int
    rows: int
    columns: int
    pad_top: int
    pad_left: int
    in_row: int
    in_pixel: int
    out_row: int
    out_pixel: int

    @classmethod
    def of(cls, g: ConvGeometry, *, down: bool) -> _Walk:
        pixel = g.in_channels
        if down:
            return cls(
                *(g.stride_h, g.in_w, g.in_h, g.out_w, g.out_h, g.pad_left, g.pad_top),
                *(pixel, pixel * g.in_w, pixel, pixel * g.out_w),
            )
        return cls(
            *(g.stride_h, g.in_h, g.in_w, g.out_h, g.out_w, g.pad_top, g.pad_left),
            *(pixel * g.in_w, pixel, pixel * g.out_w, pixel),
        )

    @property
    def pairs(self) -> int:
        """Pairs of columns that the tiles of a row read; a tile is two columns of the output."""
        return -(-self.columns // 2) * self.stride + 1

    def fields(self, g: ConvGeometry) -> tuple[tuple[str, str], ...]:
        left = self.pad_left
        whole = min((self.in_columns - left) // 2, self.pairs - left)
        right = min((self.in_columns - left) % 2, self.pairs - left - whole)
        values = {
            "channels": g.in_channels,
            "in_batch": g.in_h * g.in_w * g.in_channels,
            "in_row": self.in_row,
            "in_pixel": self.in_pixel,
            "out_batch": g.out_h * g.out_w * g.in_channels,
            "out_row": self.out_row,
            "out_pixel": self.out_pixel,
            "batches": g.batches,
            "in_rows": self.in_rows,
            "rows": self.rows,
            "columns": self.columns,
            "pairs": self.pairs,
            "whole": whole,
            "left": left,
            "right": right,
            "pad_top": self.pad_top,
        }
        return tuple((name, f"{value}u") for name, value in values.items())
