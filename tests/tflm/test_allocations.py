"""What TFLM prints on standard error."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.tflm.allocations import (
    CATEGORIES,
    arena_exhausted,
    missing_arena,
    parse_arena,
    refusal_sentence,
)

PRINTED = """\
[RecordingMicroAllocator] Arena allocation total 7584 bytes
[RecordingMicroAllocator] Arena allocation head 5968 bytes
[RecordingMicroAllocator] Arena allocation tail 1616 bytes
[RecordingMicroAllocator] 'NodeAndRegistration struct' used 256 bytes with alignment overhead (requested 250 bytes for 4 NodeAndRegistration structs)
[RecordingMicroAllocator] 'Persistent buffer data' used 340 bytes with alignment overhead (requested 312 bytes for 7 allocations)
[RecordingMicroAllocator] 'Novel category' used 8 bytes with alignment overhead (requested 7 bytes for 1 things)
"""  # noqa: E501


def test_categories_are_found_by_name_not_by_position() -> None:
    arena = parse_arena("noise\n" + PRINTED, "the source")
    assert arena is not None
    assert (arena.total.value, arena.head.value, arena.tail.value) == (7584, 5968, 1616)
    assert (arena.total.unit, arena.total.how, arena.total.source) == ("B", "measured", "the source")
    values = {name: quantity.value for name, quantity in arena.categories.items()}
    assert values == {
        "TfLiteEvalTensor data": 0,
        "Persistent TfLiteTensor data": 0,
        "Persistent TfLiteTensor quantization data": 0,
        "Persistent buffer data": 340,
        "TfLiteTensor variable buffer data": 0,
        "NodeAndRegistration struct": 256,
        "Novel category": 8,
    }
    assert tuple(values)[:6] == CATEGORIES


def test_an_unprinted_category_is_zero_and_says_by_which_rule() -> None:
    arena = parse_arena(PRINTED, "the source")
    assert arena is not None
    source = arena.categories["TfLiteEvalTensor data"].source
    assert source == "the source; not printed, which by TFLM's rule means 0"
    assert arena.categories["Persistent buffer data"].source == "the source"


def test_nothing_printed_is_no_arena_and_a_lost_line_is_missing() -> None:
    assert parse_arena("", "s") is None
    assert parse_arena("Arena allocation total 12 bytes", "s") is None  # not the recorder's line
    arena = parse_arena(PRINTED.splitlines()[0], "s")
    assert arena is not None
    assert arena.head.reason == "TFLM did not print it"
    assert missing_arena("why").to_json()["total"] == {"value": None, "reason": "why"}


def test_a_refusal_becomes_one_sentence_of_tflm_s_own_words() -> None:
    text = (
        "[RecordingMicroAllocator] Arena allocation total 1 bytes\n"
        "tensorflow/lite/micro/conv_common.cc Hybrid models are not supported on TFLite Micro.\n"
        "\n"
        "  Node CONV_2D (number 0) failed to prepare with status 1\n"
        "  Node CONV_2D (number 0) failed to prepare with status 1\n"
        "tensorflow/lite/micro/dequantize_common.cc:42 input->type == kTfLiteInt8 was not true.\n"
    )
    assert refusal_sentence(text) == (
        "Hybrid models are not supported on TFLite Micro; Node CONV_2D (number 0) failed to prepare "
        "with status 1; input->type == kTfLiteInt8 was not true."
    )
    assert refusal_sentence("") == ""
    assert refusal_sentence("\n [RecordingMicroAllocator] 'x' used 1 bytes\n") == ""


def test_only_complaints_about_memory_ask_for_a_larger_arena() -> None:
    assert arena_exhausted("Failed to allocate tail memory. Requested: 192, available 80, missing: 112")
    assert arena_exhausted("Failed to resize buffer. Requested: 400, available 268, missing: 132")
    assert arena_exhausted("Too many buffers (max is 2)\n")
    assert not arena_exhausted("Didn't find op for builtin opcode 'TILE'\nFailed to get registration")
    assert not arena_exhausted("Node FULLY_CONNECTED (number 1) failed to prepare with status 1")


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    sentence = refusal_sentence(text)
    assert "\n" not in sentence
    parse_arena(text, "s")
