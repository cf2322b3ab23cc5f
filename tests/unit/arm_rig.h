/* SPDX-License-Identifier: MIT */
/* An ARM processor with 16 MiB of RAM from address 0, vector tables for EL1, EL2 and EL3 whose handlers go round, and
 * page tables on request, for tests of the system side. Code is given as instruction words; `wfi` ends a run. */
#ifndef TESTS_UNIT_ARM_RIG_H
#define TESTS_UNIT_ARM_RIG_H

#include <criterion/criterion.h>

#include "cpu/arm/sysreg.h"

enum {
	/* virtual = physical unless a test maps otherwise */
	ARIG_CODE = 0x8000, ARIG_VECTORS = 0x10000, /* of EL1, then EL2 and EL3, 800h bytes each */
	ARIG_TABLES = 0x20000, ARIG_STACK = 0x1f0000, ARIG_DATA = 0x200000, ARIG_SIZE = 16 << 20,
};

/* Results of arm_rig_run besides ARIG_AT(level, offset of the vector). */
enum { ARIG_WAITS = -1, ARIG_LIMIT = -2 };
#define ARIG_AT(el, offset) ((int)((el) << 12 | (offset)))

enum {
	A64_NOP = 0xd503201f, A64_WFI = 0xd503207f, A64_WFE = 0xd503205f, A64_SEV = 0xd503209f, A64_SEVL = 0xd50320bf,
	A64_ERET = 0xd69f03e0, A64_ISB = 0xd5033fdf,
};
#define A64_SVC(n)      (0xd4000001u | (unsigned)(n) << 5)
#define A64_HVC(n)      (0xd4000002u | (unsigned)(n) << 5)
#define A64_SMC(n)      (0xd4000003u | (unsigned)(n) << 5)
#define A64_BRK(n)      (0xd4200000u | (unsigned)(n) << 5)
#define A64_MRS(rt, id) (0xd5200000u | (unsigned)(id) << 5 | (rt)) /* id: SYSREG(...) */
#define A64_MSR(id, rt) (0xd5000000u | (unsigned)(id) << 5 | (rt))
#define A64_SYS(op1, crn, crm, op2, rt) \
	(0xd5000000u | (unsigned)(1 << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)) << 5 | (rt))
#define A64_DAIFSET(n)  (0xd50340dfu | (unsigned)(n) << 8)
#define A64_DAIFCLR(n)  (0xd50340ffu | (unsigned)(n) << 8)
#define A64_MOVZ(rd, n) (0xd2800000u | (unsigned)(n) << 5 | (rd))
#define A64_LDR(rt, rn) (0xf9400000u | (unsigned)(rn) << 5 | (rt)) /* LDR Xt, [Xn] */
#define A64_STR(rt, rn) (0xf9000000u | (unsigned)(rn) << 5 | (rt))
#define A64_BR(rn)      (0xd61f0000u | (unsigned)(rn) << 5)
#define A64_BLR(rn)     (0xd63f0000u | (unsigned)(rn) << 5)
#define A64_RET         0xd65f03c0u

extern struct arm *arm;

/* For TestSuite: cortex-a72 with EL2 and no EL3, at EL1. The other one makes it anew. */
void arm_rig_start(void);
void arm_rig_stop(void);
void arm_rig_restart(const char *model, bool el2, bool el3);

void arm_rig_poke(u64 pa, unsigned bytes, u64 value);
u64 arm_rig_peek(u64 pa, unsigned bytes);

/* At this level with its own SP (EL0: SP_EL0), interrupts masked, MMU as it was, pc at ARIG_CODE, where code goes
 * next. */
void arm_rig_el(unsigned el);
/* EL1&0 with granules of 4 KiB: everything below ARIG_DATA can be read and executed by EL0 and EL1, the rest read and
 * written. arm_rig_pte: address of the descriptor of va; arm_rig_flush after changing it. */
void arm_rig_paging(void);
u64 arm_rig_pte(u64 va);
void arm_rig_flush(void);

/* Puts instructions at ARIG_CODE, or behind those put there since arm_rig_el. */
#define arm_rig_code(...) \
	arm_rig_put((const u32[]){__VA_ARGS__}, sizeof((const u32[]){__VA_ARGS__}) / sizeof(u32))
void arm_rig_put(const u32 *words, size_t n);
/* Runs until WFI: where it was. Then, or with arm_rig_step, arm is what the handler or the code sees. */
int arm_rig_run(void);
enum stop arm_rig_step(unsigned n);

/* Exception class and ISS of ESR_ELx. */
u32 arm_rig_ec(unsigned el);
u32 arm_rig_iss(unsigned el);

#endif
