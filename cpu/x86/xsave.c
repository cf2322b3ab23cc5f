/* SPDX-License-Identifier: MIT */
/* Saving and restoring x87 and SSE state: FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XRSTOR, LDMXCSR, STMXCSR. Layouts:
 * Intel SDM vol. 1, 10.5.1 (512 bytes) and 13.4 (header); rules: 13.7 to 13.9; vol. 2, each by its name. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"
#include "cpu/x86/vec_exec.h"
#include "cpu/x86/x87.h"

enum {
	MXCSR_MASK = 0xffff,
	AT_MXCSR = 24, AT_ST = 32, AT_XMM = 160, AT_XSTATE_BV = 512, AT_XCOMP_BV = 520, HEADER_END = 576,
	COMP_X87 = 1, COMP_SSE = 2,
};

static unsigned xmm_count(const struct x86 *c)
{
	return c->in64 ? 16 : 8;
}

/* ---- the 512 bytes ------------------------------------------------------------------------------- */

/* Bytes 0 to 23 and the registers, which follow MXCSR: all that belongs to the x87. */
static void put_x87(const struct x86 *c, u8 *p, bool wide)
{
	const struct x87 *x = &c->x87;
	unsigned top = x->sw >> 11 & 7;

	store_le16(p, x->cw);
	store_le16(p + 2, x->sw);
	p[4] = (u8)x->valid;
	p[5] = 0;
	store_le16(p + 6, x->fop);
	store_le64(p + 8, x->fip);
	store_le64(p + 16, x->fdp);
	if (!wide) {
		store_le32(p + 12, x->fcs);
		store_le32(p + 20, x->fds);
	}
	for (unsigned n = 0; n < 8; n++) {
		const struct f80 *r = &x->r[(top + n) & 7];
		u8 *q = p + AT_ST + n * 16;

		store_le64(q, r->sig);
		store_le16(q + 8, r->se);
		memset(q + 10, 0, 6);
	}
}

static void get_x87(struct x86 *c, const u8 *p, bool wide)
{
	struct x87 *x = &c->x87;
	unsigned top;

	x->cw = (load_le16(p) & CW_BITS) | CW_ALWAYS;
	x->sw = (u16)((load_le16(p + 2) & ~SW_ES) | (x->sw & SW_ES));
	x87_update_es(c);
	x->valid = p[4];
	x->fop = load_le16(p + 6) & 0x7ff;
	x->fip = wide ? load_le64(p + 8) : load_le32(p + 8);
	x->fdp = wide ? load_le64(p + 16) : load_le32(p + 16);
	x->fcs = wide ? 0 : load_le16(p + 12);
	x->fds = wide ? 0 : load_le16(p + 20);
	top = x->sw >> 11 & 7;
	for (unsigned n = 0; n < 8; n++)
		x->r[(top + n) & 7] = f80_make(load_le16(p + AT_ST + n * 16 + 8), load_le64(p + AT_ST + n * 16));
}

static void init_x87(struct x86 *c)
{
	c->x87 = (struct x87){.cw = CW_INIT, .sw = c->x87.sw & SW_ES};
	x87_update_es(c);
}

static void put_xmm(const struct x86 *c, u8 *p)
{
	for (unsigned n = 0; n < xmm_count(c); n++) {
		store_le64(p + AT_XMM + n * 16, c->v[n].q[0]);
		store_le64(p + AT_XMM + n * 16 + 8, c->v[n].q[1]);
	}
}

static void get_xmm(struct x86 *c, const u8 *p)
{
	for (unsigned n = 0; n < xmm_count(c); n++) {
		c->v[n].q[0] = load_le64(p + AT_XMM + n * 16);
		c->v[n].q[1] = load_le64(p + AT_XMM + n * 16 + 8);
	}
}

static u32 checked_mxcsr(struct x86 *c, u32 v)
{
	if (v & ~(u32)MXCSR_MASK)
		x86_gp(c, 0);
	return v;
}

static u64 aligned(struct x86 *c, const struct insn *i, unsigned to)
{
	u64 ea = x86_ea(c, i);

	if ((c->seg[i->f[F_SEG]].ebase + ea) & (to - 1))
		x86_gp(c, 0);
	return ea;
}

/* ---- FXSAVE, FXRSTOR ----------------------------------------------------------------------------- */

static void fx_check(struct x86 *c)
{
	if (c->cr0 & (CR0_EM | CR0_TS))
		x86_raise(c, X_NM);
}

static void fxsave(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	bool sse = c->cr4 & CR4_OSFXSR;
	u8 p[512];
	u64 ea;

	fx_check(c);
	ea = aligned(c, i, 16);
	x86_probe_write(c, i->f[F_SEG], ea, 512);
	memset(p, 0, sizeof(p));
	put_x87(c, p, i->size == 3);
	store_le32(p + AT_MXCSR, c->mxcsr);
	store_le32(p + AT_MXCSR + 4, MXCSR_MASK);
	put_xmm(c, p);
	x86_write_bytes(c, i->f[F_SEG], ea, p, sse ? AT_XMM + xmm_count(c) * 16 : AT_XMM);
}

static void fxrstor(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u8 p[512];
	u64 ea;

	fx_check(c);
	ea = aligned(c, i, 16);
	x86_read_bytes(c, i->f[F_SEG], ea, p, sizeof(p));
	checked_mxcsr(c, load_le32(p + AT_MXCSR));
	get_x87(c, p, i->size == 3);
	if (c->cr4 & CR4_OSFXSR) {
		c->mxcsr = load_le32(p + AT_MXCSR);
		get_xmm(c, p);
	}
}

/* ---- XSAVE, XRSTOR ------------------------------------------------------------------------------- */

/* The components asked for that are enabled. */
static u64 xsave_begin(struct x86 *c)
{
	if (!(c->cr4 & CR4_OSXSAVE))
		x86_ud(c);
	if (c->cr0 & CR0_TS)
		x86_raise(c, X_NM);
	return c->xcr0 & ((u32)c->r[R_AX] | (u64)(u32)c->r[R_DX] << 32);
}

/* Every component counts as in use, so XSAVEOPT is the same: it may leave out, it need not (SDM vol. 1, 13.9). */
static void xsave(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 which = xsave_begin(c), ea = aligned(c, i, 64), present;
	unsigned seg = i->f[F_SEG];
	u8 p[512];

	x86_probe_write(c, seg, ea, HEADER_END);
	present = x86_read(c, seg, ea + AT_XSTATE_BV, 8);
	if (which & COMP_X87) {
		put_x87(c, p, i->size == 3);
		x86_write_bytes(c, seg, ea, p, AT_MXCSR);
		x86_write_bytes(c, seg, ea + AT_ST, p + AT_ST, AT_XMM - AT_ST);
	}
	if (which & COMP_SSE) {
		x86_write(c, seg, ea + AT_MXCSR, 4, c->mxcsr);
		x86_write(c, seg, ea + AT_MXCSR + 4, 4, MXCSR_MASK);
		put_xmm(c, p);
		x86_write_bytes(c, seg, ea + AT_XMM, p + AT_XMM, xmm_count(c) * 16);
	}
	x86_write(c, seg, ea + AT_XSTATE_BV, 8, present | which);
}

static void xrstor(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 which = xsave_begin(c), ea = aligned(c, i, 64), present;
	u8 p[HEADER_END];

	x86_read_bytes(c, i->f[F_SEG], ea, p, sizeof(p));
	present = load_le64(p + AT_XSTATE_BV);
	if ((present & ~c->xcr0) || load_le64(p + AT_XCOMP_BV) || load_le64(p + AT_XCOMP_BV + 8))
		x86_gp(c, 0);
	if (which & COMP_SSE)
		c->mxcsr = checked_mxcsr(c, load_le32(p + AT_MXCSR));
	if (which & COMP_X87) {
		if (present & COMP_X87)
			get_x87(c, p, i->size == 3);
		else
			init_x87(c);
	}
	if (which & COMP_SSE) {
		if (!(present & COMP_SSE))
			memset(p + AT_XMM, 0, 256);
		get_xmm(c, p);
	}
}

/* ---- MXCSR --------------------------------------------------------------------------------------- */

static void ldmxcsr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_sse_check(c);
	c->mxcsr = checked_mxcsr(c, (u32)x86_read(c, i->f[F_SEG], x86_ea(c, i), 4));
}

static void stmxcsr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_sse_check(c);
	x86_write(c, i->f[F_SEG], x86_ea(c, i), 4, c->mxcsr);
}

static const struct insn_row rows[] = {
	{"NP 0F AE /0", "fxsave|fxsave|fxsave64 fx", SIZES1(fxsave), .feature = FEAT_FXSR},
	{"NP 0F AE /1", "fxrstor|fxrstor|fxrstor64 fx", SIZES1(fxrstor), .feature = FEAT_FXSR},
	{"NP 0F AE /2", "ldmxcsr Md", SIZES1(ldmxcsr), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F AE /3", "stmxcsr Md", SIZES1(stmxcsr), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F AE /4", "xsave|xsave|xsave64 fx", SIZES1(xsave), .feature = FEAT_XSAVE},
	{"NP 0F AE /5", "xrstor|xrstor|xrstor64 fx", SIZES1(xrstor), .feature = FEAT_XSAVE},
	{"NP 0F AE /6", "xsaveopt|xsaveopt|xsaveopt64 fx", SIZES1(xsave), .feature = FEAT_XSAVEOPT},
};

const struct insn_group x86_group_xsave = {
	"xsave", rows, countof(rows), "Intel SDM vol. 2: FXSAVE FXRSTOR XSAVE XSAVEOPT XRSTOR LDMXCSR STMXCSR",
};
