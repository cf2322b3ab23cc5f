/* SPDX-License-Identifier: MIT */
/*
 * One inline function per privileged instruction that C code needs, and the bit names of the
 * control registers (SDM vol. 3 chapter 2) and model-specific registers (SDM vol. 4).
 */
#ifndef FIRMWARE_X86_LIB_CPU_H
#define FIRMWARE_X86_LIB_CPU_H

#include "firmware/x86/lib/rom.h"

#define CR0_PE 0x1u
#define CR0_MP 0x2u
#define CR0_EM 0x4u
#define CR0_TS 0x8u
#define CR0_NE 0x20u
#define CR0_WP 0x10000u
#define CR0_AM 0x40000u
#define CR0_NW 0x20000000u
#define CR0_CD 0x40000000u
#define CR0_PG 0x80000000u
#define CR4_VME 0x1u
#define CR4_PVI 0x2u
#define CR4_TSD 0x4u
#define CR4_DE 0x8u
#define CR4_PSE 0x10u
#define CR4_PAE 0x20u
#define CR4_PGE 0x80u
#define CR4_PCE 0x100u
#define CR4_OSFXSR 0x200u
#define CR4_OSXMMEXCPT 0x400u
#define CR4_UMIP 0x800u
#define CR4_FSGSBASE 0x10000u
#define CR4_PCIDE 0x20000u
#define CR4_OSXSAVE 0x40000u
#define CR4_SMEP 0x100000u
#define CR4_SMAP 0x200000u

#define FLAG_CF 0x1u
#define FLAG_PF 0x4u
#define FLAG_AF 0x10u
#define FLAG_ZF 0x40u
#define FLAG_SF 0x80u
#define FLAG_TF 0x100u
#define FLAG_IF 0x200u
#define FLAG_DF 0x400u
#define FLAG_OF 0x800u
#define FLAG_IOPL 0x3000u
#define FLAG_NT 0x4000u
#define FLAG_RF 0x10000u
#define FLAG_VM 0x20000u
#define FLAG_AC 0x40000u
#define FLAG_VIF 0x80000u
#define FLAG_VIP 0x100000u
#define FLAG_ID 0x200000u

enum {
	MSR_TSC = 0x10,
	MSR_APIC_BASE = 0x1B,
	MSR_MTRRCAP = 0xFE,
	MSR_SYSENTER_CS = 0x174,
	MSR_SYSENTER_ESP = 0x175,
	MSR_SYSENTER_EIP = 0x176,
	MSR_MTRR_PHYSBASE0 = 0x200,
	MSR_MTRR_PHYSMASK0 = 0x201,
	MSR_PAT = 0x277,
	MSR_MTRR_DEF_TYPE = 0x2FF,
	MSR_TSC_DEADLINE = 0x6E0,
};
#define MSR_EFER 0xC0000080u
#define MSR_STAR 0xC0000081u
#define MSR_LSTAR 0xC0000082u
#define MSR_CSTAR 0xC0000083u
#define MSR_FMASK 0xC0000084u
#define MSR_FS_BASE 0xC0000100u
#define MSR_GS_BASE 0xC0000101u
#define MSR_KERNEL_GS_BASE 0xC0000102u
#define MSR_TSC_AUX 0xC0000103u
#define EFER_SCE 0x1u
#define EFER_LME 0x100u
#define EFER_LMA 0x400u
#define EFER_NXE 0x800u

struct cpuid {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid_count(u32 leaf, u32 subleaf)
{
	struct cpuid r;
	__asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
	return r;
}

static inline struct cpuid cpuid(u32 leaf)
{
	return cpuid_count(leaf, 0);
}

/* Leaf 7 and the extended leaves, or zeroes where the processor has none. */
static inline struct cpuid cpuid_if(u32 leaf)
{
	struct cpuid none = { 0, 0, 0, 0 };

	return cpuid(leaf & 0x80000000u).eax >= leaf ? cpuid(leaf) : none;
}

static inline uw cr0_get(void)
{
	uw v;
	__asm__ volatile("mov %%cr0, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void cr0_set(uw v)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory");
}

static inline uw cr2_get(void)
{
	uw v;
	__asm__ volatile("mov %%cr2, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void cr2_set(uw v)
{
	__asm__ volatile("mov %0, %%cr2" : : "r"(v) : "memory");
}

static inline uw cr3_get(void)
{
	uw v;
	__asm__ volatile("mov %%cr3, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void cr3_set(uw v)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory");
}

static inline uw cr4_get(void)
{
	uw v;
	__asm__ volatile("mov %%cr4, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void cr4_set(uw v)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory");
}

static inline uw dr0_get(void)
{
	uw v;
	__asm__ volatile("mov %%dr0, %0" : "=r"(v));
	return v;
}

static inline void dr0_set(uw v)
{
	__asm__ volatile("mov %0, %%dr0" : : "r"(v) : "memory");
}

static inline uw dr1_get(void)
{
	uw v;
	__asm__ volatile("mov %%dr1, %0" : "=r"(v));
	return v;
}

static inline void dr1_set(uw v)
{
	__asm__ volatile("mov %0, %%dr1" : : "r"(v) : "memory");
}

static inline uw dr2_get(void)
{
	uw v;
	__asm__ volatile("mov %%dr2, %0" : "=r"(v));
	return v;
}

static inline void dr2_set(uw v)
{
	__asm__ volatile("mov %0, %%dr2" : : "r"(v) : "memory");
}

static inline uw dr3_get(void)
{
	uw v;
	__asm__ volatile("mov %%dr3, %0" : "=r"(v));
	return v;
}

static inline void dr3_set(uw v)
{
	__asm__ volatile("mov %0, %%dr3" : : "r"(v) : "memory");
}

static inline uw dr6_get(void)
{
	uw v;
	__asm__ volatile("mov %%dr6, %0" : "=r"(v));
	return v;
}

static inline void dr6_set(uw v)
{
	__asm__ volatile("mov %0, %%dr6" : : "r"(v) : "memory");
}

static inline uw dr7_get(void)
{
	uw v;
	__asm__ volatile("mov %%dr7, %0" : "=r"(v));
	return v;
}

static inline void dr7_set(uw v)
{
	__asm__ volatile("mov %0, %%dr7" : : "r"(v) : "memory");
}

static inline u64 msr_read(u32 index)
{
	u32 low, high;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index));
	return (u64)high << 32 | low;
}

static inline void msr_write(u32 index, u64 value)
{
	__asm__ volatile("wrmsr" : : "c"(index), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

static inline u64 tsc_read(void)
{
	u32 low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

static inline uw flags_get(void)
{
	uw v;
	__asm__ volatile("pushf\n\tpop %0" : "=r"(v) : : "memory");
	return v;
}

static inline void flags_set(uw v)
{
	__asm__ volatile("push %0\n\tpopf" : : "r"(v) : "memory", "cc");
}

static inline void cpu_sti(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void cpu_cli(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/* STI's shadow covers the HLT, so no interrupt is lost between them (SDM vol. 2, STI). */
static inline void cpu_sti_hlt_cli(void)
{
	__asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

static inline void invlpg(uw address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void clts(void)
{
	__asm__ volatile("clts" : : : "memory");
}

static inline void memory_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

#endif
