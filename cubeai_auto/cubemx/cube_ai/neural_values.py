"""The parameters of Neural-ART in an ``.ioc``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cubeai_auto.cubemx.cube_ai.neural_art import RUNTIME, MemoryPool, NeuralArt
from cubeai_auto.cubemx.cube_ai.parameters import Slot, Value
from cubeai_auto.cubemx.document import IocDocument

__all__ = ["neural_art_values"]


def neural_art_values(
    document: IocDocument, choice: NeuralArt, slots: tuple[Slot, ...]
) -> tuple[Value, ...]:
    """The parameters to write beside (or instead of) the usual ones."""
    found = [Value("neuralartruntime", "true")]
    for slot in slots:
        found.append(Value(slot.named("ModelType"), RUNTIME))
        found.append(Value(slot.named("NeuralARTProfile"), choice.profile))
    for name, given in (("SYSCCLKFreq_VALUE", choice.cpu_mhz), ("SYSDCLKFreq_VALUE", choice.npu_mhz)):
        mhz = given if given is not None else _project_mhz(document, name)
        if mhz is not None:
            found.append(Value(name, str(mhz)))
    if choice.pools:
        found += _pool_values(choice.pools, slots)
    return tuple(found)


def _project_mhz(document: IocDocument, name: str) -> int | None:
    text = document.get(f"RCC.{name}") or ""
    return int(text) // 1_000_000 if re.fullmatch(r"[0-9]{7,12}", text) else None


def _pool_values(pools: tuple[MemoryPool, ...], slots: tuple[Slot, ...]) -> Iterator[Value]:
    for number, pool in enumerate(pools):
        for name, text in (
            ("driver", pool.driver),
            ("id", str(pool.order)),
            ("max", str(pool.max)),
            ("name", pool.name),
            ("size", str(pool.size)),
            ("start", f"{pool.start:#010x}"),
            ("used", f"{pool.used}.0"),
        ):
            yield Value(f"memoryPool{number}{name}", text)
            for slot in slots:
                yield Value(slot.named(f"memoryPool{number}{name}"), text)
    used = [pool for pool in pools if pool.used]
    if used:
        yield Value("ActivationBuffers", ",".join(f"(ai_handle) 0x{pool.start:08X}" for pool in used))
        yield Value("ActivationPragmas", ",".join(f"AI_{pool.driver.upper()}" for pool in used))
        yield Value("ActivationNames", "," * (len(used) - 1))
        yield Value("ActivationSizes", "," * (len(used) - 1))
    banks = [pool.driver for pool in pools if pool.size and re.fullmatch(r"AXISRAM[0-9]+", pool.driver)]
    if banks:
        calls = [f"__HAL_RCC_{bank}_MEM_CLK_ENABLE();" for bank in banks]
        yield Value("initFunctions", ":".join(calls))
