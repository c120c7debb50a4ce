"""Says what a file is that is not a TensorFlow Lite model, and how to make one of it."""

from __future__ import annotations

__all__ = ["HEAD_BYTES", "IDENTIFIER", "diagnose"]

IDENTIFIER = b"TFL3"
"""The flatbuffer file identifier, at offset 4."""

HEAD_BYTES = 4096
"""How much of a file :func:`diagnose` looks at."""

_KERAS = "load it with Keras and convert it: tf.lite.TFLiteConverter.from_keras_model(model).convert()"
_ONNX = "convert it to .tflite first, e.g. with onnx2tf"
_SAVED = "convert its folder: tf.lite.TFLiteConverter.from_saved_model(folder).convert()"
_ANOTHER = "give the .tflite file that the converter wrote"

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89HDF\r\n\x1a\n", "it is an HDF5 file (a Keras .h5 model?)", _KERAS),
    (b"PK\x03\x04", "it is a zip archive (a .keras model or a packed .tflite?)", _KERAS),
    (b"\x1f\x8b", "it is gzip-compressed", "unpack it first"),
    (b"BZh", "it is bzip2-compressed", "unpack it first"),
    (b"\xfd7zXZ\x00", "it is xz-compressed", "unpack it first"),
    (b"\x7fELF", "it is an ELF program", _ANOTHER),
    (b"\x93NUMPY", "it is a numpy array", _ANOTHER),
    (b"\x89PNG", "it is a PNG picture", _ANOTHER),
    (b"version https://git-lfs", "it is a Git LFS pointer, not the file itself", "run: git lfs pull"),
    (b"\x08\x01\x12", "it looks like a TensorFlow SavedModel", _SAVED),
)
_ONNX_IR_VERSIONS = range(3, 32)
_ONNX_SECOND_FIELDS = frozenset({0x12, 0x1A, 0x22, 0x3A, 0x42})
_PICKLE_PROTOCOLS = frozenset({2, 3, 4, 5})
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")


def diagnose(head: bytes) -> tuple[str, str]:
    """What the first bytes of a file say, and the step that helps.

    Args:
        head: the first :data:`HEAD_BYTES` bytes (or fewer if the file is shorter).

    Returns:
        Half a sentence starting with "it", and a hint.
    """
    if not head:
        return "it is empty", _ANOTHER
    for magic, finding, hint in _MAGIC:
        if head.startswith(magic):
            return finding, hint
    if _is_onnx(head):
        return "it looks like an ONNX model", _ONNX
    if len(head) > 1 and head[0] == 0x80 and head[1] in _PICKLE_PROTOCOLS:
        return "it looks like a Python pickle", _ANOTHER
    if _is_text(head):
        return "it looks like text", _ANOTHER
    if not any(head):
        return "it holds only zeros", _ANOTHER
    if len(head) < 8:
        return f"it has only {len(head)} bytes", "it seems truncated: make or copy it again"
    found = head[4:8]
    if found.isalnum():
        return f'its identifier is "{found.decode("ascii")}", not "TFL3"', _ANOTHER
    return f'the identifier "TFL3" is missing at byte 4 (found {found.hex(" ")})', _ANOTHER


def _is_onnx(head: bytes) -> bool:
    """Whether it starts with the protobuf fields ir_version and another one of ModelProto."""
    if len(head) < 3 or head[0] != 0x08:
        return False
    return head[1] in _ONNX_IR_VERSIONS and head[2] in _ONNX_SECOND_FIELDS


def _is_text(head: bytes) -> bool:
    if any(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3  # a letter cut in two by the end of the head
    return True
