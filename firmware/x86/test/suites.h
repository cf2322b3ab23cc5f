/* SPDX-License-Identifier: MIT */
/*
 * One function a subject, each in the file that its name says; main.c has the order in which they run.
 */
#ifndef FIRMWARE_X86_TEST_SUITES_H
#define FIRMWARE_X86_TEST_SUITES_H

void suite_exc(void);
void suite_exc32(void);
void suite_exc64(void);
void suite_debug(void);
void suite_fpu(void);
void suite_paging(void);
void suite_cpuid(void);
void suite_insn(void);
void suite_smc(void);
void suite_pit(void);
void suite_pic(void);
void suite_rtc(void);
void suite_lapic(void);
void suite_x2apic(void);
void suite_ioapic(void);
void suite_hpet(void);
void suite_shadow(void);
void suite_sysenter(void);
void suite_board(void);
void suite_uart(void);
void suite_keyboard(void);
void suite_acpi(void);

void suite_gate32(void);
void suite_task32(void);
void suite_v86(void);
void suite_real(void);
void suite_syscall(void);
void suite_compat(void);

#endif
