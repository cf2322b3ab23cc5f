/* SPDX-License-Identifier: MIT */
/* The rest of the system instructions: HLT, MONITOR, MWAIT, CPUID, time stamps and counters, XCR0, STAC and CLAC,
 * segment bases, caches and fences. Intel SDM vol. 2, each by its name. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"

static void need_cpl0(struct x86 *c)
{
	if (c->cpl)
		x86_gp(c, 0);
}

/* ---- waiting ------------------------------------------------------------------------------------- */

static void wait_for_interrupt(struct x86 *c, bool masked_too)
{
	c->halted = true;
	c->mwait_masked = masked_too;
	cpu_kick(&c->cpu, EVENT_WAIT);
}

static void hlt(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	need_cpl0(c);
	wait_for_interrupt(c, false);
}

static void monitor(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	if (c->cpl)
		x86_ud(c);
	if ((u32)c->r[R_CX])
		x86_gp(c, 0);
	x86_touch(c, i->f[F_SEG], x86_wrap_addr(i, c->r[R_AX]));
	c->monitor_addr = (c->seg[i->f[F_SEG]].ebase + x86_wrap_addr(i, c->r[R_AX])) & c->la_mask;
	c->monitor_armed = true;
}

/* There is no other processor that could write to the monitored line: only an interrupt ends the wait. */
static void mwait(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	if (c->cpl)
		x86_ud(c);
	if ((u32)c->r[R_CX] & ~1u)
		x86_gp(c, 0);
	if (c->monitor_armed)
		wait_for_interrupt(c, c->r[R_CX] & 1);
	c->monitor_armed = false;
}

/* ---- identification, time ------------------------------------------------------------------------ */

static void cpuid(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u32 out[4];

	(void)i;
	x86_cpuid(c, (u32)c->r[R_AX], (u32)c->r[R_CX], out);
	c->r[R_AX] = out[0];
	c->r[R_BX] = out[1];
	c->r[R_CX] = out[2];
	c->r[R_DX] = out[3];
}

static void read_tsc(struct x86 *c)
{
	u64 v;

	if ((c->cr4 & CR4_TSD) && c->cpl)
		x86_gp(c, 0);
	v = x86_tsc(c);
	c->r[R_AX] = (u32)v;
	c->r[R_DX] = v >> 32;
}

static void rdtsc(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	read_tsc(x86_from(cpu));
}

static void rdtscp(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	read_tsc(x86_from(cpu));
	x86_from(cpu)->r[R_CX] = (u32)x86_from(cpu)->tsc_aux;
}

static void rdpid(struct cpu *cpu, const struct insn *i)
{
	x86_set_reg(x86_from(cpu), i->f[F_RM], i->size, (u32)x86_from(cpu)->tsc_aux);
}

/* CPUID announces no counters: there is none to select. */
static void rdpmc(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	x86_gp(x86_from(cpu), 0);
}

/* ---- XCR0, AC, segment bases --------------------------------------------------------------------- */

static void xgetbv(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	if (!(c->cr4 & CR4_OSXSAVE))
		x86_ud(c);
	if ((u32)c->r[R_CX])
		x86_gp(c, 0);
	c->r[R_AX] = (u32)c->xcr0;
	c->r[R_DX] = c->xcr0 >> 32;
}

/* x87 state is always on; SSE may be. */
static void xsetbv(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 v = (u32)c->r[R_AX] | (u64)(u32)c->r[R_DX] << 32;

	(void)i;
	if (!(c->cr4 & CR4_OSXSAVE))
		x86_ud(c);
	if (c->cpl || (u32)c->r[R_CX] || (v & ~2ull) != 1)
		x86_gp(c, 0);
	c->xcr0 = v;
}

static void set_ac(struct x86 *c, u32 value)
{
	if (c->cpl)
		x86_ud(c);
	x86_set_flags(c, value, FL_AC);
}

static void clac(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	set_ac(x86_from(cpu), 0);
}

static void stac(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	set_ac(x86_from(cpu), FL_AC);
}

static void read_base(struct cpu *cpu, const struct insn *i, unsigned seg)
{
	struct x86 *c = x86_from(cpu);

	if (!(c->cr4 & CR4_FSGSBASE))
		x86_ud(c);
	x86_set_reg(c, i->f[F_RM], i->size, c->seg[seg].base);
}

static void write_base(struct cpu *cpu, const struct insn *i, unsigned seg)
{
	struct x86 *c = x86_from(cpu);
	u64 v = x86_get_reg(c, i->f[F_RM], i->size);

	if (!(c->cr4 & CR4_FSGSBASE))
		x86_ud(c);
	if (!x86_canonical(v))
		x86_gp(c, 0);
	c->seg[seg].base = v;
	x86_update_seg(c, seg);
}

static void rdfsbase(struct cpu *cpu, const struct insn *i)
{
	read_base(cpu, i, S_FS);
}

static void rdgsbase(struct cpu *cpu, const struct insn *i)
{
	read_base(cpu, i, S_GS);
}

static void wrfsbase(struct cpu *cpu, const struct insn *i)
{
	write_base(cpu, i, S_FS);
}

static void wrgsbase(struct cpu *cpu, const struct insn *i)
{
	write_base(cpu, i, S_GS);
}

/* ---- caches -------------------------------------------------------------------------------------- */

/* Caches are not modelled. */
static void wbinvd(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	need_cpl0(x86_from(cpu));
}

/* Subject to the checks of a byte load. */
static void clflush(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_touch(c, i->f[F_SEG], x86_ea(c, i));
}

static void fence(struct cpu *cpu, const struct insn *i)
{
	(void)cpu;
	(void)i;
}

static const struct insn_row rows[] = {
	{"F4", "hlt", SIZES1(hlt), .attr = CPL0 | ENDS_BLOCK},
	{"0F 01 C8", "monitor", SIZES1(monitor), .feature = FEAT_MONITOR},
	{"0F 01 C9", "mwait", SIZES1(mwait), .attr = ENDS_BLOCK, .feature = FEAT_MONITOR},
	{"0F A2", "cpuid", SIZES1(cpuid), .flags_out = 0},
	{"0F 31", "rdtsc", SIZES1(rdtsc), .feature = FEAT_TSC},
	{"0F 01 F9", "rdtscp", SIZES1(rdtscp), .feature = FEAT_RDTSCP},
	{"F3 0F C7 /7", "rdpid Ry", SIZES1(rdpid), .attr = FORCE64, .feature = FEAT_RDPID},
	{"0F 33", "rdpmc", SIZES1(rdpmc), .flags_out = 0},
	{"NP 0F 01 D0", "xgetbv", SIZES1(xgetbv), .feature = FEAT_XSAVE},
	{"NP 0F 01 D1", "xsetbv", SIZES1(xsetbv), .attr = CPL0, .feature = FEAT_XSAVE},
	{"NP 0F 01 CA", "clac", SIZES1(clac), .feature = FEAT_SMAP},
	{"NP 0F 01 CB", "stac", SIZES1(stac), .feature = FEAT_SMAP},
	{"F3 0F AE /0", "rdfsbase Ry", SIZES1(rdfsbase), .attr = ONLY64, .feature = FEAT_FSGSBASE},
	{"F3 0F AE /1", "rdgsbase Ry", SIZES1(rdgsbase), .attr = ONLY64, .feature = FEAT_FSGSBASE},
	{"F3 0F AE /2", "wrfsbase Ry", SIZES1(wrfsbase), .attr = ONLY64, .feature = FEAT_FSGSBASE},
	{"F3 0F AE /3", "wrgsbase Ry", SIZES1(wrgsbase), .attr = ONLY64, .feature = FEAT_FSGSBASE},
	{"0F 08", "invd", SIZES1(wbinvd), .attr = CPL0},
	{"0F 09", "wbinvd", SIZES1(wbinvd), .attr = CPL0},
	{"NP 0F AE /7", "clflush Mb", SIZES1(clflush), .feature = FEAT_CLFSH},
	{"66 0F AE /7", "clflushopt Mb", SIZES1(clflush), .feature = FEAT_CLFLUSHOPT},
	{"66 0F AE /6", "clwb Mb", SIZES1(clflush), .feature = FEAT_CLWB},
	{"NP 0F AE /5 mod=11", "lfence", SIZES1(fence), .feature = FEAT_SSE2},
	{"NP 0F AE /6 mod=11", "mfence", SIZES1(fence), .feature = FEAT_SSE2},
	{"NP 0F AE /7 mod=11", "sfence", SIZES1(fence), .feature = FEAT_SSE},
};

const struct insn_group x86_group_system = {
	"system", rows, countof(rows),
	"Intel SDM vol. 2: HLT MONITOR MWAIT CPUID RDTSC RDPID RDPMC XGETBV STAC RDFSBASE WBINVD CLFLUSH LFENCE",
};
