/* SPDX-License-Identifier: MIT */
/*
 * One function a subject, each in the file that its name says; main.c has the order in which they run.
 */
#ifndef FIRMWARE_ARM_TEST_SUITES_H
#define FIRMWARE_ARM_TEST_SUITES_H

void suite_exc(void);
void suite_user(void);
void suite_trap(void);
void suite_el2(void);
void suite_el2mmu(void);
void suite_debug(void);
void suite_insn(void);
void suite_atomic(void);
void suite_fpu(void);
void suite_pauth(void);
void suite_bti(void);
void suite_abort(void);
void suite_perm(void);
void suite_granule(void);
void suite_tlb(void);
void suite_at(void);
void suite_smc(void);
void suite_stage2(void);
void suite_gic(void);
void suite_gicv2(void);
void suite_gicv3(void);
void suite_vgic(void);
void suite_timer(void);
void suite_pmu(void);
void suite_psci(void);
void suite_board(void);
void suite_reset(void);

#endif
