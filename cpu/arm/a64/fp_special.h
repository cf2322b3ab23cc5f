/* SPDX-License-Identifier: MIT */
/* The floating-point operations that only Arm has, for any format: estimates and their steps, FMULX, rounding to an
 * integer of limited size, JavaScript's conversion. Named and specified in Arm ARM J1.3, shared/functions/float. */
#ifndef CPU_ARM_A64_FP_SPECIAL_H
#define CPU_ARM_A64_FP_SPECIAL_H

#include "cpu/fp/ieee.h"

u64 arm_fp_mulx(u64 a, u64 b, struct fp_format f, struct fp_env *e);       /* FPMulX */
u64 arm_fp_recip_step(u64 a, u64 b, struct fp_format f, struct fp_env *e); /* FPRecipStepFused: 2 - a * b */
u64 arm_fp_rsqrt_step(u64 a, u64 b, struct fp_format f, struct fp_env *e); /* FPRSqrtStepFused: (3 - a * b) / 2 */
u64 arm_fp_recip_estimate(u64 a, struct fp_format f, struct fp_env *e);    /* FPRecipEstimate */
u64 arm_fp_rsqrt_estimate(u64 a, struct fp_format f, struct fp_env *e);    /* FPRSqrtEstimate */
u64 arm_fp_recip_exponent(u64 a, struct fp_format f, struct fp_env *e);    /* FPRecpX */
u32 arm_recip_estimate(u32 a);                                             /* UnsignedRecipEstimate */
u32 arm_rsqrt_estimate(u32 a);                                             /* UnsignedRSqrtEstimate */
/* FPRoundIntN: to an integral value that fits a signed integer of `bits`. */
u64 arm_fp_round_int_n(u64 a, unsigned round, unsigned bits, struct fp_format f, struct fp_env *e);
/* FPToFixedJS: *exact says what Z becomes. */
u32 arm_fp_to_int_js(u64 a, bool *exact, struct fp_env *e);

#endif
