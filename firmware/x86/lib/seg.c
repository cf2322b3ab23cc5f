/* SPDX-License-Identifier: MIT */
/*
 * The GDT that both ROMs run on, and builders of descriptors and gates (SDM vol. 3 figures 3-8, 5-8, 6-2).
 */
#include "firmware/x86/lib/seg.h"
#include "firmware/x86/lib/cpu.h"

_Static_assert(sizeof(struct seg_state) <= SEG_STATE_BYTES, "storage.S reserves less than seg_state");

u64 seg_make(u32 base, u32 limit, u32 access, u32 flags)
{
	u32 low = (limit & 0xFFFF) | base << 16;
	u32 high = (base >> 16 & 0xFF) | access << 8 | (limit & 0xF0000) | flags << 20 | (base & 0xFF000000u);

	return (u64)high << 32 | low;
}

u64 seg_gate(u16 selector, u32 offset, u32 access, u32 parameters)
{
	u32 low = (offset & 0xFFFF) | (u32)selector << 16;
	u32 high = (offset & 0xFFFF0000u) | access << 8 | parameters;

	return (u64)high << 32 | low;
}

u16 seg_free_set(int n, u64 descriptor)
{
	seg_state.gdt[SEL_FREE / 8 + n] = descriptor;
	memory_barrier();
	return (u16)(SEL_FREE + 8 * n);
}

void seg_tr_load(u16 selector)
{
	seg_state.gdt[selector / 8] &= ~((u64)2 << 40);
	__asm__ volatile("ltr %w0" : : "r"(selector) : "memory");
}

static void load_flat_segments(void)
{
#ifdef __x86_64__
	__asm__ volatile("pushq %0\n\tpushq $1f\n\tlretq\n1:" : : "i"(SEL_CODE0) : "memory");
#else
	__asm__ volatile("ljmp %0, $1f\n1:" : : "i"(SEL_CODE0) : "memory");
#endif
	__asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%ss\n\tmov %0, %%fs\n\tmov %0, %%gs"
			 :
			 : "r"(SEL_DATA0)
			 : "memory");
}

void seg_reload(void)
{
	struct table_register gdtr = { sizeof(seg_state.gdt) - 1, (uw)seg_state.gdt };

	lgdt(&gdtr);
	load_flat_segments();
	lldt(0);
	seg_tr_load(SEL_TSS);
}

void seg_init(void)
{
	struct seg_state *s = &seg_state;
	u64 *gdt = s->gdt;
	u32 code_flags = sizeof(uw) == 8 ? SEG_G | SEG_L : SEG_G | SEG_D;
	u32 limit = sizeof(s->tss) + sizeof(s->iomap) - 1;

	gdt[SEL_CODE0 / 8] = seg_make(0, 0xFFFFF, SEG_CODE_XR, code_flags);
	gdt[SEL_DATA0 / 8] = seg_make(0, 0xFFFFF, SEG_DATA_RW, SEG_G | SEG_D);
	gdt[SEL_CODE3 / 8] = seg_make(0, 0xFFFFF, SEG_CODE_XR | SEG_DPL3, SEG_G | SEG_D);
	gdt[SEL_DATA3 / 8] = seg_make(0, 0xFFFFF, SEG_DATA_RW | SEG_DPL3, SEG_G | SEG_D);
	gdt[SEL_CODE3_64 / 8] = seg_make(0, 0xFFFFF, SEG_CODE_XR | SEG_DPL3, code_flags);
	gdt[SEL_DATA3_64 / 8] = gdt[SEL_DATA3 / 8];
	gdt[SEL_CODE0_32 / 8] = seg_make(0, 0xFFFFF, SEG_CODE_XR, SEG_G | SEG_D);
	gdt[SEL_TSS / 8] = seg_make((u32)(uw)&s->tss, limit, SEG_TSS, 0);
	memset(s->iomap, 0xFF, sizeof(s->iomap));
#ifdef __x86_64__
	gdt[SEL_TSS / 8 + 1] = 0;
	s->tss.t64.rsp[0] = (u32)(uw)trap_stack_top;
	s->tss.t64.ist[0] = (u32)(uw)ist_stack_top;
	s->tss.t64.iomap = sizeof(s->tss);
#else
	s->tss.t32.esp0 = (u32)trap_stack_top;
	s->tss.t32.ss0 = SEL_DATA0;
	s->tss.t32.iomap = sizeof(s->tss);
#endif
	seg_reload();
}
