"""Map files of three linkers, written here in their documented layouts."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.errors import InputError, MissingPathError
from cubeai_auto.tflm.attribution import Attribution
from cubeai_auto.tflm.gnu_map import MARK, read_gnu_map
from cubeai_auto.tflm.map_attribution import LinkOverflowError, attribute_map
from cubeai_auto.tflm.parts import part_of_object, part_of_symbol
from cubeai_auto.tflm.vendor_maps import read_iar_map, read_keil_map

GNU = """\
Archive member included to satisfy reference by file (symbol)

Discarded input sections

 .text.unused   0x00000000      0x100 ./Core/Src/main.o

Memory Configuration

Name             Origin             Length             Attributes
RAM              0x20000000         0x00020000         xrw
CCMRAM           0x10000000         0x00010000         xrw
FLASH            0x08000000         0x00100000         xr
*default*        0x00000000         0xffffffff

Linker script and memory map

LOAD ./Core/Src/main.o
                0x20020000                        _estack = (ORIGIN (RAM) + LENGTH (RAM))

.isr_vector     0x08000000      0x1c4
                0x08000000                        . = ALIGN (0x4)
 *(.isr_vector)
 .isr_vector    0x08000000      0x1c4 ./Core/Startup/startup_stm32f407xx.o
                0x08000000                g_pfnVectors

.text           0x080001c4     0x1000
 *(.text)
 .text          0x080001c4       0x40 /usr/lib/gcc/arm-none-eabi/lib/thumb/crtbegin.o
 .text.main     0x08000204      0x100 ./Core/Src/main.o
                0x08000204                main
 .text._ZN6tflite11ConvPrepareEP13TfLiteContextP10TfLiteNode
                0x08000304      0x200 ../lib dir/libtensorflow-microlite.a(conv.o)
 .text._ZN6tflite14MicroAllocator3FooEv
                0x08000504      0x300 ../lib dir/libtensorflow-microlite.a(micro_allocator.o)
 .text.arm_convolve_s8
                0x08000804      0x400 ../lib dir/libtensorflow-microlite.a(arm_convolve_s8.o)
 *fill*         0x08000c04        0x4
 .text.memcpy   0x08000c08       0x80 /usr/arm-none-eabi/lib/libc_nano.a(libc_a-memcpy.o)

.rodata         0x080011c4      0x900
 .rodata.g_model_data
                0x080011c4      0x804 ./Core/Src/model_data.o
                0x080011c4                g_model_data
 .rodata.str1.4
                0x080019c8       0xfc ./Core/Src/main.o
                                 0x140 (size before relaxing)

.ARM.exidx      0x08001ac4        0x8
 .ARM.exidx     0x08001ac4        0x8 ./Core/Src/main.o

.data           0x20000000       0x68 load address 0x08001acc
 .data.impure   0x20000000       0x60 /usr/arm-none-eabi/lib/libc_nano.a(libc_a-impure.o)
 .data.led      0x20000060        0x8 ./Core/Src/main.o

.ccmram         0x10000000       0x20 load address 0x08001b34
 .ccmram        0x10000000       0x20 ./Core/Src/main.o

.bss            0x20000068     0x4100 load address 0x08001b54
 .bss.tensor_arena
                0x20000070     0x4000 ./Core/Src/main.o
 COMMON         0x20004070       0x98 ./Core/Src/main.o

._user_heap_stack
                0x20004168      0x600 load address 0x08001b54
 *fill*         0x20004168      0x600

.ARM.attributes
                0x00000000       0x30
 .ARM.attributes
                0x00000000       0x1e ./Core/Src/main.o

.debug_info     0x00000000     0x9999
 .debug_info    0x00000000     0x9999 ./Core/Src/main.o
"""

IAR = """\
###############################################################################
# IAR ELF Linker V9.40.1.364/W64 for ARM                  01/Jan/2026  10:00:00 #
###############################################################################

*******************************************************************************
*** MODULE SUMMARY
***

    Module                 ro code  ro data  rw data
    ------                 -------  -------  -------
command line/config:
    ------------------------------------------------
    Total:

C:\\projects\\app\\Debug\\Obj: [1]
    main.o                     120       16      404
    model_data.o                      2'052
    ------------------------------------------------
    Total:                     120    2'068      404

C:\\projects\\app\\tflm\\libtensorflow-microlite.a: [2]
    conv.o                   1'512       32
    micro_interpreter.o        800                 8
    arm_fully_connected_s8_very_long_object_name.o
                             1'024
    ------------------------------------------------
    Total:                   3'336       32        8

dl7M_tlf.a: [3]
    printf.o                   300       10
    ------------------------------------------------
    Total:                     300       10

    Gaps                        10
    Linker created                       60    1'024
----------------------------------------------------
    Grand Total:             3'766    2'170    1'436


*******************************************************************************
*** ENTRY LIST
***

Entry                      Address      Size  Type      Object
-----                      -------      ----  ----      ------
.iar.init_table$$Base   0x800'2000             --   Gb  - Linker created -
g_model                 0x800'1000     0x802  Data  Gb  model_data.o [1]
main                    0x800'0100      0x40  Code  Gb  main.o [1]

[1] = C:\\projects\\app\\Debug\\Obj
"""

KEIL = """\
Component: Arm Compiler for Embedded 6.19 Tool: armlink [5e73cb00]

==============================================================================

Image Symbol Table

    Global Symbols

    Symbol Name                              Value     Ov Type        Size  Object(Section)

    g_model                              0x08001000   Data        2048  model_data.o(.rodata.g_model)
    main                                 0x08000101   Thumb Code    64  main.o(.text.main)

==============================================================================

Image component sizes


      Code (inc. data)   RO Data    RW Data    ZI Data      Debug   Object Name

       120          8         16          4        400       2000   main.o
      1512         40         32          0          0       3000   conv.o
       800         20          0          8          0       3000   micro_interpreter.o
         0          0       2052          0          0        500   model_data.o

    ----------------------------------------------------------------------
      2436         68       2102         12        400       8500   Object Totals
         0          0          0          0          0          0   (incl. Generated)
         4          0          2          0          0          0   (incl. Padding)

    ----------------------------------------------------------------------

      Code (inc. data)   RO Data    RW Data    ZI Data      Debug   Library Member Name

        86          0          0          0         96          0   __dczerorl2.o
       300         10          8          0          0          0   printfa.o
      1024          0          0          0          0          0   arm_fully_connected_s8.o

    ----------------------------------------------------------------------
      1410         10          8          0         96          0   Library Totals

    ----------------------------------------------------------------------

      Code (inc. data)   RO Data    RW Data    ZI Data      Debug   Library Name

       386         10          8          0         96          0   mc_w.l
      1024          0          0          0          0          0   cmsis_nn.lib

    ----------------------------------------------------------------------
==============================================================================


      Code (inc. data)   RO Data    RW Data    ZI Data      Debug

      3846         78       2110         12        496       8500   Grand Totals
      3846         78       2110         12        496       8500   ELF Image Totals
      3846         78       2110         12          0          0   ROM Totals

==============================================================================

    Total RO  Size (Code + RO Data)                 5956 (   5.82kB)
    Total RW  Size (RW Data + ZI Data)               508 (   0.50kB)
    Total ROM Size (Code + RO Data + RW Data)       5968 (   5.83kB)

==============================================================================
"""


@pytest.fixture
def attribute(tmp_path: Path):
    def run(text: str | bytes, model_bytes: int | None = 2_048) -> Attribution:
        path = tmp_path / "firmware.map"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return attribute_map(path, model_bytes)

    return run


def parts(found: Attribution) -> dict[str, int | float | None]:
    flash = found.flash
    return {
        "model": flash.model.value, "core": flash.core.value, "kernels": flash.kernels.value,
        "cmsis_nn": flash.cmsis_nn.value, "libraries": flash.libraries.value,
        "application": flash.application.value,
    }  # fmt: skip


class TestGnu:
    def test_parts_and_memories(self, attribute) -> None:
        found = attribute(GNU)
        total = 0x1C4 + 0x1000 + 0x900 + 0x8 + 0x68 + 0x20
        assert found.flash.total.value == total
        named = {
            "model": 0x804, "core": 0x300, "kernels": 0x200, "cmsis_nn": 0x400,
            "libraries": 0x40 + 0x80 + 0x60,
        }  # fmt: skip
        assert parts(found) == {**named, "application": total - sum(named.values())}
        assert found.ram.total.value == 0x68 + 0x20 + 0x4100 + 0x600
        assert found.ram.arena.value == 0x4000
        assert (found.kind, found.tested) == ("GNU ld map", True)

    def test_sections_without_a_memory_configuration(self, attribute) -> None:
        found = attribute(GNU[GNU.index(MARK) :])
        assert found.ram.total.value == 0x68 + 0x4100 + 0x600  # the CCM cannot be told from code
        assert parts(found)["kernels"] == 0x200

    def test_memories_without_attributes_are_told_by_their_names(self, attribute) -> None:
        text = GNU.replace("         xrw\n", "\n").replace("         xr\n", "\n")
        assert parts(attribute(text)) == parts(attribute(GNU))
        assert attribute(text).ram.total.value == attribute(GNU).ram.total.value

    def test_discarded_sections_do_not_count(self) -> None:
        _, sections = read_gnu_map(GNU)
        assert ".text.unused" not in {p.name for s in sections for p in s.pieces}

    def test_a_model_is_not_taken_for_another_object_of_its_size(self, attribute) -> None:
        text = GNU.replace("0x200 ../lib dir", "0x804 ../lib dir")
        assert parts(attribute(text))["model"] == 0x804
        assert parts(attribute(text))["kernels"] == 0x804
        assert attribute(GNU, None).flash.model.value is None

    @pytest.mark.parametrize(
        "words",
        [
            "ld: region `FLASH' overflowed by 12345 bytes\n",
            "ld: region `FLASH' overflowed by 1 byte\nld: region `RAM' overflowed by 20 bytes\n",
        ],
    )
    def test_an_overflow_is_typed(self, attribute, words: str) -> None:
        with pytest.raises(LinkOverflowError, match="bytes of FLASH are missing") as error:
            attribute(words + GNU)
        assert error.value.exit_code == 5
        assert error.value.hint

    def test_a_map_that_was_cut_before_its_sections(self, attribute) -> None:
        with pytest.raises(InputError, match="damaged"):
            attribute(GNU[: GNU.index(".isr_vector")])


class TestIar:
    def test_modules(self) -> None:
        found = {
            m.path.rpartition("\\")[2]: (m.code, m.constants, m.ram) for m in read_iar_map(IAR).modules
        }
        assert found["Obj/main.o"] == (120, 16, 404)
        assert found["Obj/model_data.o"] == (0, 2_052, 0)
        assert found["libtensorflow-microlite.a(conv.o)"] == (1_512, 32, 0)
        assert found["libtensorflow-microlite.a(micro_interpreter.o)"] == (800, 0, 8)
        long = "libtensorflow-microlite.a(arm_fully_connected_s8_very_long_object_name.o)"
        assert found[long] == (1_024, 0, 0)
        assert len(found) == 8

    def test_parts(self, attribute) -> None:
        found = attribute(IAR)
        assert parts(found) == {
            "model": 0x802, "core": 800, "kernels": 1_544, "cmsis_nn": 1_024,
            "libraries": 310, "application": 136 + 2_052 - 0x802 + 10 + 60,
        }  # fmt: skip
        assert found.flash.total.value == 3_766 + 2_170
        assert found.ram.total.value == 1_436
        assert (found.kind, found.tested) == ("IAR map", False)
        assert "not tried on a real one" in found.notes[0]

    def test_without_a_table(self, attribute) -> None:
        with pytest.raises(InputError, match="without a table of modules"):
            attribute(IAR[: IAR.index("    Module")])


class TestKeil:
    def test_parts(self, attribute) -> None:
        found = attribute(KEIL)
        assert found.flash.total.value == 5_968
        assert found.ram.total.value == 508
        named = {
            "model": 2_048, "core": 808, "kernels": 1_544, "cmsis_nn": 1_024, "libraries": 86 + 308,
        }  # fmt: skip
        assert parts(found) == {**named, "application": 5_968 - sum(named.values())}
        assert (found.kind, found.tested) == ("Keil map", False)

    def test_bare_names_are_the_application_s_without_tflm(self, attribute) -> None:
        text = KEIL.replace("micro_interpreter.o", "scheduler.o")
        assert parts(attribute(text))["kernels"] == 0

    def test_totals_are_summed_where_the_map_states_none(self, attribute) -> None:
        found = attribute(KEIL[: KEIL.index("    Total RO")])
        assert found.flash.total.value == 140 + 1_544 + 808 + 2_052 + 86 + 308 + 1_024 + 6
        assert read_keil_map(KEIL).objects[0] == ("model_data.o", "g_model", 2_048)

    def test_without_a_table(self, attribute) -> None:
        with pytest.raises(InputError, match="without a table of modules"):
            attribute("Image component sizes\n")


def test_what_is_no_map(attribute, tmp_path: Path) -> None:
    for content in ("", "hello", b"\x7fELF\x00\xff", "\x00" * 1000):
        with pytest.raises(InputError, match="not a map file"):
            attribute(content)
    with pytest.raises(MissingPathError):
        attribute_map(tmp_path / "absent.map")
    with pytest.raises(MissingPathError):
        attribute_map(tmp_path)


@pytest.mark.parametrize("text", [GNU, IAR, KEIL])
@given(st.data())
def test_any_damage_gives_parts_or_a_typed_error(
    tmp_path_factory, text: str, data: st.DataObject
) -> None:
    lines = text.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = data.draw(
            st.sampled_from(["", lines[at][:20], lines[at] * 2, "9" * 50 + "\n", "\x00"])
        )
    path = tmp_path_factory.mktemp("maps") / "m.map"
    path.write_text("".join(lines))
    try:
        found = attribute_map(path, 2_048)
    except InputError:
        return
    assert found.flash.total.value is not None


@pytest.mark.parametrize(
    "line",
    [
        " .text " + "0x1 " * 200_000,
        "a" * 3_000_000,
        " .text" + " " * 2_000_000 + "x",
        "    x" + " 123" * 400_000,
        "_Z" + "sf" * 500_000,
    ],
)
@pytest.mark.parametrize("head", [MARK, IAR, KEIL])
def test_hostile_lines_take_no_time(attribute, head: str, line: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(InputError):
        attribute(f"{head}\n{line}\n{line}\n")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("build/tensorflow/lite/micro/kernels/conv.cc.obj", "kernels"),
        ("build/tensorflow/lite/micro/kernels/cmsis_nn/conv.o", "kernels"),
        ("build\\tensorflow\\lite\\micro\\kernels\\softmax_common.o", "kernels"),
        ("build/tensorflow/lite/kernels/internal/quantization_util.o", "core"),
        ("build/tensorflow/lite/micro/memory_planner/greedy_memory_planner.o", "core"),
        ("CMSIS_NN/Source/NNSupportFunctions/arm_nn_vec_mat_mult_t_s8.o", "cmsis_nn"),
        ("libcmsis-nn.a(arm_softmax_s8.o)", "cmsis_nn"),
        ("libtflm.a(fully_connected_common.o)", "kernels"),
        ("libtflm.a(something_new.o)", "core"),
        ("/usr/lib/libm.a(libm_a-sf_exp.o)", "libraries"),
        ("/usr/lib/libstdc++_nano.a(eh.o)", "libraries"),
        ("/usr/lib/thumb/crti.o", "libraries"),
        ("libapp.a(add.o)", "application"),
        ("Drivers/STM32F4xx_HAL_Driver/Src/stm32f4xx_hal.o", "application"),
        ("arm_math/arm_cfft_f32.o", "application"),
        ("linker stubs", "application"),
        ("", "application"),
    ],
)
def test_parts_of_object_files(path: str, part: str) -> None:
    assert part_of_object(path) == part


@pytest.mark.parametrize(
    ("name", "file", "part"),
    [
        ("_ZN6tflite16Register_CONV_2DEv", "", "kernels"),
        ("_ZN6tflite11ConvPrepareEP13TfLiteContextP10TfLiteNode", "", "kernels"),
        ("_ZN6tflite12_GLOBAL__N_18ConvEvalEP13TfLiteContextP10TfLiteNode", "conv.cc", "kernels"),
        ("_ZN6tflite13reference_ops4ConvERKNS_10ConvParamsE", "", "kernels"),
        ("_ZN6tflite14MicroAllocator12FinishModelEv", "", "core"),
        ("_ZN6tflite12MicroContext23AllocateTempInputTensorEPK10TfLiteNodei", "", "core"),
        ("_ZTVN6tflite14MicroAllocatorE", "", "core"),
        ("_ZN6tflite11ParseConv2DEPKNS_8OperatorE", "", "core"),
        ("TfLiteTypeGetName", "", "core"),
        ("arm_convolve_1x1_s8_fast", "", "cmsis_nn"),
        ("arm_cfft_init_f32", "", "application"),
        ("__aeabi_dmul", "", "libraries"),
        ("memcpy", "", "libraries"),
        ("expf", "", "libraries"),
        ("_malloc_r", "", "libraries"),
        ("HAL_GPIO_Init", "", "application"),
        ("main", "main.c", "application"),
    ],
)
def test_parts_of_symbols(name: str, file: str, part: str) -> None:
    assert part_of_symbol(name, file) == part


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_name_has_a_part(name: str, file: str) -> None:
    known = {"model", "core", "kernels", "cmsis_nn", "libraries", "application"}
    assert {part_of_object(name), part_of_symbol(name, file)} <= known


def test_hostile_names_take_no_time() -> None:
    started = time.monotonic()
    for name in ("__add" + "sf" * 100_000 + "!", "_Z" + "a" * 200_000, "a/" * 100_000):
        part_of_symbol(name)
        part_of_object(name)
    assert time.monotonic() - started < 1
