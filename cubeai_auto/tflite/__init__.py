"""Reading ``.tflite`` files; what a network costs, what memory it needs, what is in its way."""

from __future__ import annotations

from cubeai_auto.tflite.costs import LayerCost, layer_costs, params, total_macc, weights
from cubeai_auto.tflite.graph import DType, Graph, Operator, OptionValue, Quantization, Tensor
from cubeai_auto.tflite.lifetimes import (
    BufferRequest,
    BufferRequests,
    buffer_requests,
    live_set_bound,
)
from cubeai_auto.tflite.planner import Plan, plan
from cubeai_auto.tflite.preflight import Finding, preflight
from cubeai_auto.tflite.reader import load_model, parse_model
from cubeai_auto.tflite.rules import CostRules, Version, cost_rules

__all__ = [
    "BufferRequest",
    "BufferRequests",
    "CostRules",
    "DType",
    "Finding",
    "Graph",
    "LayerCost",
    "Operator",
    "OptionValue",
    "Plan",
    "Quantization",
    "Tensor",
    "Version",
    "buffer_requests",
    "cost_rules",
    "layer_costs",
    "live_set_bound",
    "load_model",
    "params",
    "parse_model",
    "plan",
    "preflight",
    "total_macc",
    "weights",
]
