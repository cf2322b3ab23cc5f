/* SPDX-License-Identifier: MIT */
/*
 * The local APIC in x2APIC mode, where CPUID announces it (SDM vol. 3 10.12).
 */
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

enum { X2_ID = 0x802, X2_VERSION = 0x803, X2_TPR = 0x808, X2_EOI = 0x80B, X2_LDR = 0x80D, X2_SVR = 0x80F };
enum { X2_ICR = 0x830, X2_SELF_IPI = 0x83F, BASE_EXTD = 1 << 10, BASE_ENABLE = 1 << 11, VEC_A = 0x41 };

static void note_ipi(struct frame *f)
{
	(void)f;
	irq_state.lapic_count++;
	msr_write(X2_EOI, 0);
}

static bool one(void)
{
	return irq_state.lapic_count >= 1;
}

static void open_for_one(void)
{
	cpu_sti();
	wait_poll(one, 20);
	cpu_cli();
}

SNIPPET(read_dfr, "movl $0x80E, %%ecx\n\t" TRAP_MARK "rdmsr")
SNIPPET(read_reserved, "movl $0x831, %%ecx\n\t" TRAP_MARK "rdmsr")
SNIPPET(read_eoi, "movl $0x80B, %%ecx\n\t" TRAP_MARK "rdmsr")
SNIPPET(write_id, "movl $0x802, %%ecx\n\txorl %%eax, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "wrmsr")
SNIPPET(write_eoi_1, "movl $0x80B, %%ecx\n\tmovl $1, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "wrmsr")
SNIPPET(back_to_xapic, "movl $0x1B, %%ecx\n\trdmsr\n\tandl $~0x400, %%eax\n\t" TRAP_MARK "wrmsr")
SNIPPET(write_tpr_256, "movl $0x808, %%ecx\n\tmovl $256, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "wrmsr")

static const struct fault_case cases[] = {
	{ "gp-dfr", read_dfr, VEC_GP, 0 },
	{ "gp-icr-high", read_reserved, VEC_GP, 0 },
	{ "gp-read-eoi", read_eoi, VEC_GP, 0 },
	{ "gp-write-id", write_id, VEC_GP, 0 },
	{ "gp-eoi-non-zero", write_eoi_1, VEC_GP, 0 },
	{ "gp-tpr-reserved", write_tpr_256, VEC_GP, 0 },
	{ "gp-x2apic-to-xapic", back_to_xapic, VEC_GP, 0 },
};

void suite_x2apic(void)
{
	u64 base = msr_read(MSR_APIC_BASE);
	u32 version = lapic_read(LAPIC_VERSION), id = lapic_read(LAPIC_ID) >> 24;

	if (!(cpuid(1).ecx >> 21 & 1)) {
		check_skip("all");
		return;
	}
	trap_set(VEC_A, note_ipi);
	msr_write(MSR_APIC_BASE, base | BASE_EXTD);
	check("base-extd", msr_read(MSR_APIC_BASE) >> 10 & 3, 3);
	check("id", msr_read(X2_ID), id);
	check("version", (u32)msr_read(X2_VERSION), version);
	check("ldr-from-id", (u32)msr_read(X2_LDR), id >> 4 << 16 | 1u << (id & 15));
	msr_write(X2_SVR, 0x1FF);
	irq_state.lapic_count = 0;
	msr_write(X2_SELF_IPI, VEC_A);
	open_for_one();
	check("self-ipi-msr", irq_state.lapic_count, 1);
	irq_state.lapic_count = 0;
	msr_write(X2_ICR, (u64)id << 32 | ICR_ASSERT | VEC_A);
	open_for_one();
	check("icr-msr", irq_state.lapic_count, 1);
	irq_state.lapic_count = 0;
	msr_write(X2_TPR, 0x40);
	msr_write(X2_SELF_IPI, VEC_A);
	open_for_one();
	check("tpr-msr-blocks", irq_state.lapic_count, 0);
	msr_write(X2_TPR, 0);
	open_for_one();
	check("tpr-msr-releases", irq_state.lapic_count, 1);
	check_faults(cases, COUNT_OF(cases));
	msr_write(MSR_APIC_BASE, base & ~(u64)(BASE_EXTD | BASE_ENABLE));
	check("cpuid-apic-bit-when-disabled", cpuid(1).edx >> 9 & 1, 0);
	msr_write(MSR_APIC_BASE, base);
	check("cpuid-apic-bit-when-enabled", cpuid(1).edx >> 9 & 1, 1);
	lapic_init();
	irq_init();
}
