/*
 * The name under which applications of X-CUBE-AI include the types of the ai_ network API.
 *
 * Written by cubeai_auto; not ST's header.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AI_DATATYPES_DEFINES_H
#define AI_DATATYPES_DEFINES_H

#include "ai_platform.h"

#endif /* AI_DATATYPES_DEFINES_H */
