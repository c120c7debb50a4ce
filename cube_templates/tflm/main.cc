/*
 * The smallest firmware that runs a model with TensorFlow Lite Micro, to measure what it takes. It is
 * linked with the exported sources and a library of TFLM; nothing runs it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cstdint>

#include "network_model.h"
#include "network_resolver.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"

#ifndef NETWORK_ARENA_SIZE
#define NETWORK_ARENA_SIZE 65536u
#endif

extern "C" {
extern std::uint32_t _estack[];
void __libc_init_array(void);
void Reset_Handler(void);
void _init(void);
void _fini(void);
}

/* Called by the C library; the start files that hold them are left out. */
void _init(void) {}
void _fini(void) {}

namespace {
__attribute__((section(".bss.tensor_arena"))) alignas(16) std::uint8_t
    tensor_arena[NETWORK_ARENA_SIZE];
}

int main() {
  static NetworkResolver resolver;
  if (NetworkRegisterOps(resolver) != kTfLiteOk) {
    return 1;
  }
  static tflite::MicroInterpreter interpreter(tflite::GetModel(network_model), resolver, tensor_arena,
                                              sizeof(tensor_arena));
  if (interpreter.AllocateTensors() != kTfLiteOk) {
    return 2;
  }
  return interpreter.Invoke() == kTfLiteOk ? 0 : 3;
}

/* Memory is not initialized here: the program is measured, not run. */
void Reset_Handler(void) {
  __libc_init_array();
  (void)main();
  for (;;) {
  }
}

extern "C" {
__attribute__((section(".vectors"), used)) void *const vector_table[2] = {
    reinterpret_cast<void *>(_estack), reinterpret_cast<void *>(&Reset_Handler)};
}
