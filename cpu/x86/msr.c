/* SPDX-License-Identifier: MIT */
/* Model-specific registers as a table: where each one is kept, which bits may be written, what must hold of a value.
 * Intel SDM vol. 4, table 2-2 (architectural MSRs); MTRRs and PAT: vol. 3, 11.11 and 11.12; machine check: 15.3;
 * AMD APM vol. 2, appendix A. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

#define KEPT(m)    (u32)offsetof(struct x86, m)
#define ANY        (~0ull)
#define PHYS_MASK  ((1ull << X86_PHYS_BITS) - 1)

enum {
	MSR_TSC = 0x10, MSR_APIC_BASE = 0x1b, MSR_TSC_ADJUST = 0x3b, MSR_BIOS_SIGN = 0x8b,
	MSR_MC0 = 0x400, MSR_TSC_DEADLINE = 0x6e0,
	MSR_X2APIC = 0x800, MSR_X2APIC_LAST = 0x8ff,
};
#define MSR_EFER    0xc0000080u
#define MSR_FS_BASE 0xc0000100u
#define MSR_GS_BASE 0xc0000101u

/* IA32_ARCH_CAPABILITIES: immune to every speculation attack known, since nothing is speculated: RDCL_NO,
 * SKIP_L1DFL_VMENTRY, SSB_NO, MDS_NO, PSCHANGE_MC_NO, TAA_NO, SBDR_SSDP_NO, FBSDP_NO, PSDP_NO, BHI_NO, PBRSB_NO,
 * GDS_NO, RFDS_NO, ITS_NO. */
#define ARCH_CAPS (0xe179ull | BIT(20) | BIT(24) | BIT(26) | BIT(27) | BIT(62))

static bool canonical(u64 v)
{
	return x86_canonical(v);
}

/* Every byte a memory type: UC, WC, WT, WP, WB, and UC- for the PAT. */
static bool memory_types(u64 v, bool pat)
{
	for (unsigned n = 0; n < 8; n++) {
		unsigned type = v >> (n * 8) & 0xff;

		if (type > 7 || type == 2 || type == 3 || (type == 7 && !pat))
			return false;
	}
	return true;
}

static bool pat_types(u64 v)
{
	return memory_types(v, true);
}

static bool mtrr_types(u64 v)
{
	return memory_types(v, false);
}

/* The first byte is a type: MTRRdefType and the even registers of variable ranges. */
static bool mtrr_type(u64 v)
{
	return memory_types(v & 0xff, false);
}

struct msr {
	u32 first;
	u16 count;
	u8 feature;
	u32 offset;   /* of a u64 in struct x86 */
	u64 writable; /* other bits raise #GP */
	bool (*valid)(u64 v);
};

static const struct msr kept[] = {
	{0x1b, 1, FEAT_APIC, KEPT(apic_base), PHYS_MASK & ~0x2ffull, NULL},
	{MSR_TSC_ADJUST, 1, FEAT_TSC_ADJUST, KEPT(tsc_offset), ANY, NULL},
	{0x8b, 1, FEAT_NONE, KEPT(bios_sign), ANY, NULL},
	{0x174, 1, FEAT_SEP, KEPT(sysenter_cs), ANY, NULL},
	{0x175, 1, FEAT_SEP, KEPT(sysenter_esp), ANY, canonical},
	{0x176, 1, FEAT_SEP, KEPT(sysenter_eip), ANY, canonical},
	{0x17a, 1, FEAT_MCA, KEPT(mcg_status), 7, NULL},
	{0x17b, 1, FEAT_MCA, KEPT(mcg_ctl), ANY, NULL},
	{0x1a0, 1, FEAT_NONE, KEPT(misc_enable), ANY, NULL},
	{0x200, 16, FEAT_MTRR, KEPT(mtrr_phys), PHYS_MASK, NULL},
	{0x250, 1, FEAT_MTRR, KEPT(mtrr_fix[0]), ANY, mtrr_types},
	{0x258, 2, FEAT_MTRR, KEPT(mtrr_fix[1]), ANY, mtrr_types},
	{0x268, 8, FEAT_MTRR, KEPT(mtrr_fix[3]), ANY, mtrr_types},
	{0x277, 1, FEAT_PAT, KEPT(pat), ANY, pat_types},
	{0x2ff, 1, FEAT_MTRR, KEPT(mtrr_def), 0xcff, mtrr_type},
	{MSR_MC0, X86_MC_BANKS * 4, FEAT_MCA, KEPT(mc_bank), ANY, NULL},
	{0xc0000081, 1, FEAT_SYSCALL, KEPT(star), ANY, NULL},
	{0xc0000082, 1, FEAT_LM, KEPT(lstar), ANY, canonical},
	{0xc0000083, 1, FEAT_LM, KEPT(cstar), ANY, canonical},
	{0xc0000084, 1, FEAT_SYSCALL, KEPT(sfmask), 0xffffffff, NULL},
	{0xc0000102, 1, FEAT_LM, KEPT(kernel_gs_base), ANY, canonical},
	{0xc0000103, 1, FEAT_RDTSCP, KEPT(tsc_aux), 0xffffffff, NULL},
};

/* Fixed values; writing raises #GP. */
static const struct {
	u32 msr;
	u8 feature;
	u64 value;
} constant[] = {
	{0x17, FEAT_NONE, 0},                 /* IA32_PLATFORM_ID */
	{0x34, FEAT_NONE, 0},                 /* MSR_SMI_COUNT */
	{0xce, FEAT_NONE, 10 << 8},           /* MSR_PLATFORM_INFO: 10 x 100 MHz */
	{0xfe, FEAT_MTRR, 8 | 1 << 8 | 1 << 10}, /* IA32_MTRRCAP: 8 ranges, fixed ones, WC */
	{0x10a, FEAT_ARCH_CAPS, ARCH_CAPS},
	{0x179, FEAT_MCA, X86_MC_BANKS | 1 << 8}, /* IA32_MCG_CAP: IA32_MCG_CTL is there */
	{0x198, FEAT_NONE, 10 << 8},          /* IA32_PERF_STATUS */
	{0x1a2, FEAT_NONE, 100 << 16},        /* MSR_TEMPERATURE_TARGET */
	{0x1ad, FEAT_NONE, 10},               /* MSR_TURBO_RATIO_LIMIT */
};

/* Read as zero, writes dropped: power, thermal, microcode, last branch; there is nothing behind them here. */
static const struct {
	u32 first, last;
	bool amd;
} silent[] = {
	{0x2a, 0x2a, false}, {0x33, 0x33, false}, {0x79, 0x79, false}, {0xe2, 0xe2, false}, {0x11e, 0x11e, false},
	{0x13c, 0x13c, false}, {0x140, 0x140, false}, {0x199, 0x19d, false}, {0x1aa, 0x1aa, false}, {0x1d9, 0x1de, false},
	{0x1fc, 0x1fc, false}, {0xc0010010, 0xc001001f, true}, {0xc0010055, 0xc0010055, true}, {0xc0010058, 0xc0010058, true},
	{0xc0010112, 0xc0010117, true}, {0xc0011004, 0xc0011030, true},
};

/* ---- time ---------------------------------------------------------------------------------------- */

static u64 now(const struct x86 *c)
{
	return c->bus.time ? c->bus.time(c->bus.arg) : cpu_icount_now(&c->cpu);
}

u64 x86_tsc(const struct x86 *c)
{
	return now(c) + c->tsc_offset;
}

static bool write_tsc(struct x86 *c, u64 offset)
{
	c->tsc_offset = offset;
	if (c->bus.tsc_changed)
		c->bus.tsc_changed(c->bus.arg);
	return true;
}

/* ---- access -------------------------------------------------------------------------------------- */

static const struct msr *find(const struct x86 *c, u32 n)
{
	for (unsigned k = 0; k < countof(kept); k++) {
		const struct msr *m = &kept[k];

		if (n >= m->first && n - m->first < m->count)
			return x86_has(c, m->feature) ? m : NULL;
	}
	return NULL;
}

static u64 *member(struct x86 *c, const struct msr *m, u32 n)
{
	return (u64 *)(void *)((u8 *)c + m->offset + (size_t)(n - m->first) * sizeof(u64));
}

static bool is_silent(const struct x86 *c, u32 n)
{
	for (unsigned k = 0; k < countof(silent); k++) {
		if (n >= silent[k].first && n <= silent[k].last && (!silent[k].amd || x86_model_is_amd(c))) {
			log_line(LOG_UNIMP, "MSR %x at %llx: there is nothing behind it", n,
				(unsigned long long)cpu_pc_now(&c->cpu));
			return true;
		}
	}
	return false;
}

static bool of_apic(u32 n)
{
	return n == MSR_APIC_BASE || n == MSR_TSC_DEADLINE || (n >= MSR_X2APIC && n <= MSR_X2APIC_LAST);
}

bool x86_msr_read(struct x86 *c, u32 n, u64 *value)
{
	const struct msr *m;

	if (of_apic(n) && c->bus.msr_read)
		return c->bus.msr_read(c->bus.arg, n, value);
	switch (n) {
	case MSR_TSC: *value = x86_tsc(c); return true;
	case MSR_EFER: *value = c->efer; return x86_has(c, FEAT_NX) || x86_has(c, FEAT_SYSCALL);
	case MSR_FS_BASE: *value = c->seg[S_FS].base; return x86_has(c, FEAT_LM);
	case MSR_GS_BASE: *value = c->seg[S_GS].base; return x86_has(c, FEAT_LM);
	default: break;
	}
	m = find(c, n);
	if (m) {
		*value = *member(c, m, n);
		return true;
	}
	for (unsigned k = 0; k < countof(constant); k++) {
		if (constant[k].msr == n && x86_has(c, constant[k].feature)) {
			*value = constant[k].value;
			return true;
		}
	}
	*value = 0;
	return is_silent(c, n);
}

static bool write_efer(struct x86 *c, u64 v)
{
	u64 may = (x86_has(c, FEAT_SYSCALL) ? EFER_SCE : 0) | (x86_has(c, FEAT_LM) ? EFER_LME | EFER_LMA : 0) |
		  (x86_has(c, FEAT_NX) ? EFER_NXE : 0);
	u64 old = c->efer;

	if (!may || (v & ~may) || (((v ^ old) & EFER_LME) && (c->cr0 & CR0_PG)))
		return false;
	c->efer = (v & ~(u64)EFER_LMA) | (old & EFER_LMA);
	if ((c->efer ^ old) & EFER_NXE)
		cpu_flush_tlb(&c->cpu);
	x86_update(c);
	return true;
}

static bool write_base(struct x86 *c, unsigned seg, u64 v)
{
	if (!x86_has(c, FEAT_LM) || !x86_canonical(v))
		return false;
	c->seg[seg].base = v;
	x86_update_seg(c, seg);
	return true;
}

bool x86_msr_write(struct x86 *c, u32 n, u64 v)
{
	const struct msr *m;

	if (of_apic(n) && c->bus.msr_write)
		return c->bus.msr_write(c->bus.arg, n, v);
	switch (n) {
	case MSR_TSC: return write_tsc(c, v - now(c));
	case MSR_EFER: return write_efer(c, v);
	case MSR_FS_BASE: return write_base(c, S_FS, v);
	case MSR_GS_BASE: return write_base(c, S_GS, v);
	case MSR_BIOS_SIGN: return true; /* the revision comes back with the next CPUID */
	default: break;
	}
	m = find(c, n);
	if (!m)
		return is_silent(c, n);
	if ((v & ~m->writable) || (m->valid && !m->valid(v)))
		return false;
	if (m->offset == KEPT(mtrr_phys) && (n & 1 ? v & 0x7ff : (v & 0xf00) || !mtrr_type(v)))
		return false;
	if (m->offset == KEPT(mc_bank) && (n & 3) == 1 && v) /* IA32_MCi_STATUS can only be cleared */
		return false;
	if (n == MSR_TSC_ADJUST)
		return write_tsc(c, v);
	*member(c, m, n) = v;
	return true;
}

/* SDM vol. 3, table 9-1. The TSC goes on over a reset: virtual time has no reset either. */
void x86_msr_reset(struct x86 *c)
{
	for (unsigned k = 0; k < countof(kept); k++)
		memset((u8 *)c + kept[k].offset, 0, kept[k].count * sizeof(u64));
	c->pat = 0x0007040600070406;
	c->apic_base = 0xfee00900;
	c->misc_enable = 1 | 3 << 11; /* fast strings; no BTS, no PEBS */
	c->mcg_ctl = ~0ull;
	c->bios_sign = BIT(32);
}

/* ---- instructions -------------------------------------------------------------------------------- */

static void rdmsr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 v;

	(void)i;
	if (c->cpl)
		x86_gp(c, 0);
	if (!x86_msr_read(c, (u32)c->r[R_CX], &v)) {
		log_guest("RDMSR %x at %llx: no such register", (u32)c->r[R_CX], (unsigned long long)cpu_pc_now(cpu));
		x86_gp(c, 0);
	}
	c->r[R_AX] = (u32)v;
	c->r[R_DX] = v >> 32;
}

static void wrmsr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 v = (u32)c->r[R_AX] | (u64)(u32)c->r[R_DX] << 32;

	(void)i;
	if (c->cpl)
		x86_gp(c, 0);
	if (!x86_msr_write(c, (u32)c->r[R_CX], v)) {
		log_guest("WRMSR %x at %llx: no such register, or not with the value %llx", (u32)c->r[R_CX],
			(unsigned long long)cpu_pc_now(cpu), (unsigned long long)v);
		x86_gp(c, 0);
	}
}

static const struct insn_row rows[] = {
	{ .enc = "0F 30", .text = "wrmsr", .exec = SIZES1(wrmsr), .attr = CPL0 | ENDS_BLOCK, .feature = FEAT_MSR },
	{ .enc = "0F 32", .text = "rdmsr", .exec = SIZES1(rdmsr), .attr = CPL0, .feature = FEAT_MSR },
};

const struct insn_group x86_group_msr = { "msr", rows, countof(rows), "SDM vol. 2, RDMSR, WRMSR" };
