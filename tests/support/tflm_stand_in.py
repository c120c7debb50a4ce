"""Headers and sources with the names of TensorFlow Lite Micro, and nothing else of it.

They let the exported sources be compiled and linked without TFLM. The headers ``cstddef``, ``cstdint``
and ``type_traits`` stand in for those of a C++ library, which a cross compiler may lack.
"""

from __future__ import annotations

from pathlib import Path

from cubeai_auto.tflm.operators import operator_facts

__all__ = ["kernel_headers", "write_headers", "write_sources"]

_WITHOUT_ARGUMENT = frozenset({"DYNAMIC_UPDATE_SLICE", "RESIZE_NEAREST_NEIGHBOR"})
_COMMON = """\
#pragma once
#include <cstdint>
enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };
namespace tflite {
struct TFLMRegistration {
  int (*invoke)(int);
};
}
"""
_RESOLVER = """\
#pragma once
#include "stand_in_common.h"
{includes}
namespace tflite {{
{declarations}
template <unsigned int tOpCount>
class MicroMutableOpResolver {{
 public:
{methods}
  unsigned int count() const {{ return count_; }}
  const TFLMRegistration& registration(unsigned int index) const {{ return registrations_[index]; }}

 private:
  TfLiteStatus AddBuiltin(const TFLMRegistration& registration) {{
    if (count_ >= tOpCount) return kTfLiteError;
    registrations_[count_++] = registration;
    return kTfLiteOk;
  }}
  unsigned int count_ = 0;
  TFLMRegistration registrations_[tOpCount];
}};
}}
"""
_SCHEMA = """\
#pragma once
namespace tflite {
struct Model {
  unsigned char first;
};
inline const Model* GetModel(const void* buffer) { return static_cast<const Model*>(buffer); }
}
"""
_INTERPRETER = """\
#pragma once
#include <cstddef>
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"
namespace tflite {
class MicroInterpreter {
 public:
  template <unsigned int tOpCount>
  MicroInterpreter(const Model* model, const MicroMutableOpResolver<tOpCount>& resolver,
                   std::uint8_t* arena, std::size_t size)
      : model_(model), arena_(arena), size_(size), count_(resolver.count()) {
    for (unsigned int k = 0; k < count_ && k < 128; ++k) kernels_[k] = resolver.registration(k).invoke;
  }
  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();

 private:
  const Model* model_;
  std::uint8_t* arena_;
  std::size_t size_;
  unsigned int count_;
  int (*kernels_[128])(int);
};
}
"""
_MICRO_INTERPRETER = """\
#include "tensorflow/lite/micro/micro_interpreter.h"
extern "C" int arm_nn_stand_in(const signed char* data, int count);
namespace tflite {
TfLiteStatus MicroInterpreter::AllocateTensors() {
  for (std::size_t k = 0; k < size_; ++k) arena_[k] = static_cast<std::uint8_t>(k * 7);
  return size_ > 16 ? kTfLiteOk : kTfLiteError;
}
TfLiteStatus MicroInterpreter::Invoke() {
  int sum = arm_nn_stand_in(reinterpret_cast<const signed char*>(arena_), 16) + model_->first;
  for (unsigned int k = 0; k < count_; ++k) sum = kernels_[k](sum);
  return sum == -1 ? kTfLiteError : kTfLiteOk;
}
}
"""
_KERNEL = """\
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
namespace tflite {{
namespace {{
volatile int seen_{stem};
int Eval{stem}(int value) {{
  seen_{stem} = value + {number};
  return seen_{stem} * {number} + (seen_{stem} >> 3);
}}
}}
{functions}
}}
"""
_CMSIS = """\
int arm_nn_stand_in(const signed char *data, int count);
int arm_nn_stand_in(const signed char *data, int count)
{
    int sum = 0;
    for (int k = 0; k < count; ++k) {
        sum += data[k] * (k + 3);
    }
    return sum;
}
"""
_STANDARD = {
    "cstddef": "#pragma once\n#include <stddef.h>\nnamespace std { using ::size_t; }\n",
    "cstdint": (
        "#pragma once\n#include <stdint.h>\nnamespace std { using ::uint8_t; using ::uint32_t; }\n"
    ),
    "type_traits": "#pragma once\n",
}


def kernel_headers() -> dict[str, tuple[str, ...]]:
    """The headers in ``micro/kernels`` with registrations of int8 kernels, and whose."""
    return {
        "add": ("ADD",),
        "batch_matmul": ("BATCH_MATMUL",),
        "conv": ("CONV_2D",),
        "depthwise_conv": ("DEPTHWISE_CONV_2D",),
        "fully_connected": ("FULLY_CONNECTED",),
        "maximum_minimum": ("MAXIMUM", "MINIMUM"),
        "mul": ("MUL",),
        "pad": ("PAD",),
        "pooling": ("AVERAGE_POOL_2D", "MAX_POOL_2D"),
        "softmax": ("SOFTMAX",),
        "svdf": ("SVDF",),
        "transpose": ("TRANSPOSE",),
        "transpose_conv": ("TRANSPOSE_CONV",),
        "unidirectional_sequence_lstm": ("UNIDIRECTIONAL_SEQUENCE_LSTM",),
    }


def write_headers(folder: Path, *, standard: bool) -> None:
    """The headers below a folder; with ``standard`` also those of a C++ library."""
    micro = folder / "tensorflow" / "lite" / "micro"
    (micro / "kernels").mkdir(parents=True)
    (folder / "tensorflow" / "lite" / "schema").mkdir()
    for header, names in kernel_headers().items():
        lines = "\n".join(f"TFLMRegistration Register_{name}_INT8();" for name in names)
        text = f'#pragma once\n#include "stand_in_common.h"\nnamespace tflite {{\n{lines}\n}}\n'
        (micro / "kernels" / f"{header}.h").write_text(text)
    facts = operator_facts().values()
    methods = "\n".join(
        f"  TfLiteStatus Add{f.add}() {{ return AddBuiltin(Register_{f.name}()); }}"
        if f.name in _WITHOUT_ARGUMENT
        else f"  TfLiteStatus Add{f.add}(const TFLMRegistration& registration = Register_{f.name}()) "
        "{ return AddBuiltin(registration); }"
        for f in facts
    )
    declarations = "\n".join(f"TFLMRegistration Register_{f.name}();" for f in facts)
    # As in TFLM, the resolver includes some of the kernels' headers only.
    included = [name for name in kernel_headers() if name not in {"pad", "transpose"}]
    includes = "\n".join(f'#include "tensorflow/lite/micro/kernels/{name}.h"' for name in included)
    text = _RESOLVER.format(includes=includes, declarations=declarations, methods=methods)
    (micro / "micro_mutable_op_resolver.h").write_text(text)
    (micro / "micro_interpreter.h").write_text(_INTERPRETER)
    (folder / "tensorflow" / "lite" / "schema" / "schema_generated.h").write_text(_SCHEMA)
    (folder / "stand_in_common.h").write_text(_COMMON)
    if standard:
        for name, text in _STANDARD.items():
            (folder / name).write_text(text)


def write_sources(folder: Path) -> list[Path]:
    """The sources of the stand-in's library: interpreter, a file of CMSIS-NN, and all kernels."""
    kernels = folder / "micro" / "kernels"
    kernels.mkdir(parents=True)
    files = [folder / "micro_interpreter.cc", folder / "arm_nn_stand_in.c"]
    files[0].write_text(_MICRO_INTERPRETER)
    files[1].write_text(_CMSIS)
    stems = {"FULLY_CONNECTED": "fully_connected", "SOFTMAX": "softmax", "CONV_2D": "conv"}
    for number, facts in enumerate(operator_facts().values(), 3):
        stem = stems.get(facts.name, facts.name.lower())
        names = [f"Register_{facts.name}", *([f"Register_{facts.name}_INT8"] if facts.int8 else [])]
        functions = "\n".join(
            f"TFLMRegistration {name}() {{ return {{Eval{stem}}}; }}" for name in names
        )
        headers = "".join(
            f'#include "tensorflow/lite/micro/kernels/{header}.h"\n'
            for header, operators in kernel_headers().items()
            if facts.name in operators
        )
        path = kernels / f"{stem}.cc"
        path.write_text(headers + _KERNEL.format(stem=stem, number=number, functions=functions))
        files.append(path)
    return files
