/*
 * An application around one network: raw sample in, result out.
 *
 * app_stai.c and app_legacy.c both implement it, for the st-ai and for the legacy API of the
 * generated code; a project takes the one that fits. What to call from main.c of a CubeMX project,
 * inside its user code sections:
 *
 *   USER CODE BEGIN Includes    #include "app_network.h"
 *   USER CODE BEGIN PV          static app_network_raw sample[APP_NETWORK_SAMPLE_SIZE];
 *   USER CODE BEGIN 2           if (app_network_init() != 0u) { Error_Handler(); }
 *   USER CODE BEGIN 3           fill sample from the sensor, then
 *                               if (app_network_run(sample) != 0u) { Error_Handler(); }
 *                               best = app_network_best(); score = app_network_score(best);
 *
 * With both caches of a Cortex-M7 on, a sample that DMA wrote has to be invalidated first.
 * Not for interrupts: a run takes its time, and there is one network and one set of buffers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_NETWORK_H
#define APP_NETWORK_H

#include <stdint.h>

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef STAI_NETWORK_IN_NUM
#define APP_NETWORK_INPUTS STAI_NETWORK_IN_NUM
#define APP_NETWORK_OUTPUTS STAI_NETWORK_OUT_NUM
#define APP_NETWORK_SAMPLE_SIZE STAI_NETWORK_IN_1_SIZE
#define APP_NETWORK_SAMPLE_BYTES STAI_NETWORK_IN_1_SIZE_BYTES
#define APP_NETWORK_RESULT_SIZE STAI_NETWORK_OUT_1_SIZE
#define APP_NETWORK_RESULT_BYTES STAI_NETWORK_OUT_1_SIZE_BYTES
#else
#define APP_NETWORK_INPUTS AI_NETWORK_IN_NUM
#define APP_NETWORK_OUTPUTS AI_NETWORK_OUT_NUM
#define APP_NETWORK_SAMPLE_SIZE AI_NETWORK_IN_1_SIZE
#define APP_NETWORK_SAMPLE_BYTES AI_NETWORK_IN_1_SIZE_BYTES
#define APP_NETWORK_RESULT_SIZE AI_NETWORK_OUT_1_SIZE
#define APP_NETWORK_RESULT_BYTES AI_NETWORK_OUT_1_SIZE_BYTES
#endif

#if APP_NETWORK_INPUTS != 1 || APP_NETWORK_OUTPUTS != 1
#error "this application is for networks with one input and one output"
#endif

#define APP_NETWORK_FLOAT_INPUT (APP_NETWORK_SAMPLE_BYTES == 4 * APP_NETWORK_SAMPLE_SIZE)
#define APP_NETWORK_FLOAT_RESULT (APP_NETWORK_RESULT_BYTES == 4 * APP_NETWORK_RESULT_SIZE)

/* An element of a sample: as the sensor gives it where the header has the input contract, else as
   the network stores it. */
#ifdef NETWORK_RAW_TYPE
typedef NETWORK_RAW_TYPE app_network_raw;
#elif APP_NETWORK_FLOAT_INPUT
typedef float app_network_raw;
#else
typedef uint8_t app_network_raw;
#endif

/* Sets the network up. 0, or the code of the call that was refused. */
uint32_t app_network_init(void);

/* Runs it on APP_NETWORK_SAMPLE_SIZE elements. 0, or the code of the call that was refused. */
uint32_t app_network_run(const app_network_raw *sample);

/* The call that was refused last, NULL if none was. */
const char *app_network_refused(void);

/* The result of the last run as the network stores it, APP_NETWORK_RESULT_BYTES; NULL before. */
const void *app_network_result(void);

/* An element of the result as a real number; 0 before the first run and beyond the last one. */
float app_network_score(uint32_t position);

/* The position of the largest element; of equal ones the first. */
uint32_t app_network_best(void);

#ifdef __cplusplus
}
#endif

#endif /* APP_NETWORK_H */
