"""Which part of a firmware an object file or a symbol belongs to, by its name.

Object files tell more than symbols: functions of C++ templates and of the C library can only be
guessed by their names.
"""

from __future__ import annotations

import re

from cubeai_auto.tflm.attribution import Part

__all__ = ["part_of_object", "part_of_symbol"]

_LONGEST_NAME = 400

_CMSIS_NN = re.compile(
    r"arm_(?:nn_|nntables|convolve|depthwise|fully_connected|softmax|avgpool|max_pool|elementwise"
    r"|svdf|lstm|transpose|batch_matmul|pad_|concatenation|vector_sum|relu|reshape|minimum|maximum"
    r"|q7_to|s8_to_s16|get_buffer_size)"
)
_CMSIS_NN_FOLDER = re.compile(r"cmsis[-_]?nn[/\\]source|cmsis[/\\]nn[/\\]", re.IGNORECASE)
_TFLM_PLACE = re.compile(
    r"tensorflow|tflite|tflm|lite[/\\]micro|lite[/\\](?:core|kernels|c|schema)[/\\]", re.IGNORECASE
)
_CORE_STEM = re.compile(
    r"(?:micro|recording|persistent|non_persistent|single_arena|greedy_memory|linear_memory"
    r"|simple_memory|flatbuffer|fake_micro|mock_micro)_\w+"
    r"|array|common|tensor_utils|portable_tensor_utils|quantization_util|runtime_shape|tensor_ctypes"
    r"|debug_log|error_reporter|op_resolver|schema_utils|system_setup|memory_helpers|hexdump"
    r"|test_helpers|kernel_runner|all_ops_resolver"
)
_KERNEL_STEMS = frozenset(
    {
        "activations", "add", "add_n", "arg_min_max", "assign_variable", "batch_matmul",
        "batch_to_space_nd", "broadcast_args", "broadcast_to", "call_once", "cast", "ceil",
        "circular_buffer", "circular_buffer_flexbuffers_generated_data", "comparisons",
        "concatenation", "conv", "cumsum", "decode", "decode_state", "decode_state_huffman",
        "decode_state_lut", "decode_state_prune", "decompress", "depth_to_space",
        "depthwise_conv", "dequantize", "detection_postprocess",
        "detection_postprocess_flexbuffers_generated_data", "div", "dynamic_update_slice",
        "elementwise", "elu", "embedding_lookup", "ethosu", "exp", "expand_dims", "fill", "floor",
        "floor_div", "floor_mod", "fully_connected", "gather", "gather_nd", "hard_swish", "if",
        "kernel_util", "l2_pool_2d", "l2norm", "leaky_relu", "log_softmax", "logical", "logistic",
        "lstm_eval", "maximum_minimum", "micro_tensor_utils", "mirror_pad", "mul", "neg", "pack",
        "pad", "pooling", "prelu", "quantize", "read_variable", "reduce", "reshape",
        "resize_bilinear", "resize_nearest_neighbor", "reverse", "round", "select", "shape",
        "slice", "softmax", "space_to_batch_nd", "space_to_depth", "split", "split_v",
        "squared_difference", "squeeze", "strided_slice", "sub", "svdf", "tanh", "transpose",
        "transpose_conv", "unidirectional_sequence_lstm", "unpack", "var_handle", "while",
        "zeros_like",
    }
)  # fmt: skip
_LIBRARY = re.compile(
    r"lib(?:c|g|m|gcc|stdc\+\+|supc\+\+|nosys|rdimon|rdpmon|clang_rt\S*)(?:_\w+)?\.a"
    r"|(?:dl|rt|m|shb?)\w*_\w*\.a|(?:c|m|fz|fj|h|mc|mf)_\w+\.l",
    re.IGNORECASE,
)
_START_OBJECT = re.compile(r"crt(?:0|1|i|n|begin|end|fastmath)\w*\.o(?:bj)?")

_CORE_SYMBOL = re.compile(
    r"^_ZNK?6tflite\d+(?:Micro|Recording|Greedy|Linear|SingleArena|Persistent|NonPersistent|Flat"
    r"|Allocation|Parse|Error|Convert|Create|Get|Reset|Initialize|Memory|Bytes|TfLiteEval|Scratch)"
)
_KERNEL_SYMBOL = re.compile(
    r"Register_[A-Z]|P10TfLiteNode|reference_ops|reference_integer_ops|optimized_|OpData"
    r"|^_ZN6tflite5micro\d|12RuntimeShape|LSTM|Lstm"
)
_TFLITE_SYMBOL = re.compile(r"^_Z[A-Z]*K?6tflite|^_Z\w*11flatbuffers|^TfLite|^MicroPrintf|^DebugLog")
_LIBRARY_SYMBOL = re.compile(
    r"__aeabi_\w+|__gnu_\w+|__cxa_\w+|__gxx_\w+|_Unwind_\w+|_ZSt\w+|_ZNK?St\w+|_ZNK?9__gnu_cxx\w+"
    r"|_Z(?:dl|da|nw|na)P?v?\w*|__(?:add|sub|mul|div|float|fix|eq|ne|lt|le|gt|ge|cmp|unord|extend|trunc"
    r"|clz|udivmod|popcount|ashl|lshr|ashr)\w*[sdt][fi]\w*|__ieee754_\w+|__kernel_\w+|__math_\w+"
    r"|_{0,2}(?:mem(?:cpy|move|set|cmp|chr)|str(?:len|cpy|ncpy|cmp|ncmp|chr|rchr|cat|tol|toul|tod)\w*"
    r"|v?s?n?f?i?printf|[sv]*n?i?printf|putchar|puts|abort|exit|_exit|atexit|malloc|calloc|realloc|free"
    r"|sbrk|write|read|lseek|close|fstat|isatty|kill|getpid|raise|signal|errno)(?:_r)?"
    r"|_(?:malloc|free|calloc|realloc|sbrk|printf|vfprintf|vfiprintf|svfprintf|dtoa|ctype)\w*"
    r"|(?:exp|exp2|expm1|log|log2|log1p|pow|sqrt|sin|cos|tan|tanh|floor|ceil|round|lround|trunc|rint"
    r"|nearbyint|fabs|fmod|fmin|fmax|frexp|ldexp|scalbn|copysign|modf|finite)f?"
    r"|_?impure\w*|__sf\w*|__s[a-z]+|__libc_\w+|__call_exitprocs|__register_exitproc|__retarget_\w+"
    r"|__exp\w*_data|__exp2f_data|__log\w*_data|__locale\w*|_global_\w+"
)


def part_of_object(path: str, *, with_tflm: bool = True) -> Part:
    """The part that an object file belongs to.

    Args:
        path: as a linker writes it: ``path/to/conv.o``, ``path/to/lib.a(conv.o)``; bare names of
            objects are taken for TFLM's if they are its own.
        with_tflm: whether TFLM is in this program at all; bare names such as ``add.o`` are then the
            application's.
    """
    path = path[-_LONGEST_NAME:]
    archive, _, member = path.rstrip(")").rpartition("(")
    name = re.split(r"[/\\]", member or archive)[-1].lower()
    stem = name.partition(".")[0]
    folder = path.lower()
    if _CMSIS_NN.match(stem) or (_CMSIS_NN_FOLDER.search(folder) and "/micro/" not in folder):
        return "cmsis_nn"
    library = re.split(r"[/\\]", archive)[-1] if archive else ""
    if _LIBRARY.fullmatch(library) or _START_OBJECT.fullmatch(name):
        return "libraries"
    bare = not re.search(r"[/\\(]", path)
    if not _TFLM_PLACE.search(path) and not (bare and with_tflm):
        return "application"
    if re.search(r"micro[/\\]kernels[/\\]", folder):
        return "kernels"
    if stem.removesuffix("_common") in _KERNEL_STEMS and "kernels/internal" not in folder:
        return "kernels"
    if _CORE_STEM.fullmatch(stem) or not bare:
        return "core"
    return "application"


def part_of_symbol(name: str, file: str = "") -> Part:
    """The part that a symbol belongs to, as far as names tell.

    Args:
        name: as in the symbol table, C++ names mangled.
        file: the source file, which a symbol table states for local symbols.
    """
    name = name[:_LONGEST_NAME]
    stem = re.split(r"[/\\]", file[-_LONGEST_NAME:])[-1].partition(".")[0].lower()
    if _CMSIS_NN.match(name) or _CMSIS_NN.match(stem):
        return "cmsis_nn"
    if _TFLITE_SYMBOL.match(name):
        if stem.removesuffix("_common") in _KERNEL_STEMS:
            return "kernels"
        if _CORE_STEM.fullmatch(stem) or _CORE_SYMBOL.match(name):
            return "core"
        return "kernels" if _KERNEL_SYMBOL.search(name) else "core"
    return "libraries" if _LIBRARY_SYMBOL.fullmatch(name) else "application"
