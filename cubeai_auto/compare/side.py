"""A deployment of a network, in the vocabulary that all deployments share."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.quantity import JsonValue, Quantity

__all__ = ["Side"]


@dataclass(frozen=True, slots=True)
class Side:
    """One deployment in a comparison, in the vocabulary that all sides share."""

    name: str
    version: str
    weights: Quantity
    container: Quantity
    kernels: Quantity
    runtime: Quantity
    flash_total: Quantity
    activations: Quantity
    io: Quantity
    runtime_ram: Quantity
    stack: Quantity
    ram_total: Quantity
    macc: Quantity
    instructions: Quantity
    accuracy: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """One element of ``sides``."""
        return {
            "name": self.name,
            "version": self.version,
            "flash": {
                "weights": self.weights.to_json(),
                "container": self.container.to_json(),
                "kernels": self.kernels.to_json(),
                "runtime": self.runtime.to_json(),
                "total": self.flash_total.to_json(),
            },
            "ram": {
                "activations": self.activations.to_json(),
                "io": self.io.to_json(),
                "runtime": self.runtime_ram.to_json(),
                "stack": self.stack.to_json(),
                "total": self.ram_total.to_json(),
            },
            "macc": self.macc.to_json(),
            "instructions": self.instructions.to_json(),
            "accuracy": self.accuracy.to_json(),
        }
