/* SPDX-License-Identifier: MIT */
/* x87 control: the control, status and tag words, the environment in its four layouts, and WAIT. SDM vol. 2, each by
 * its name; layouts: vol. 1, figures 8-9 to 8-12. */
#include "cpu/x86/x87.h"

/* ---- words ----------------------------------------------------------------------------------------------------- */

static void set_cw(struct x86 *c, u16 cw)
{
	c->x87.cw = (cw & CW_BITS) | CW_ALWAYS;
	x87_update_es(c);
}

static void fldcw(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	if (x87_ready(c))
		set_cw(c, (u16)x86_read(c, i->f[F_SEG], x86_ea(c, i), 2));
}

ALWAYS_INLINE void store_word(struct x86 *c, const struct insn *i, bool status)
{
	x87_ready_nowait(c);
	x86_write(c, i->f[F_SEG], x86_ea(c, i), 2, status ? c->x87.sw : c->x87.cw);
}
SIZED_X87(fnstcw, store_word, false)
SIZED_X87(fnstsw, store_word, true)

static void fnstsw_ax(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x87_ready_nowait(c);
	x86_set_reg(c, R_AX, 1, c->x87.sw);
}

static void fnclex(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x87_ready_nowait(c);
	c->x87.sw &= (u16) ~(FP_ALL | SW_SF);
	x87_update_es(c);
}

static void init(struct x86 *c)
{
	c->x87.sw &= SW_ES;
	set_cw(c, CW_INIT);
	c->x87.valid = 0;
	c->x87.fop = c->x87.fcs = c->x87.fds = 0;
	c->x87.fip = c->x87.fdp = 0;
}

static void fninit(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x87_ready_nowait(c);
	init(c);
}

/* FNENI, FNDISI (8087) and FNSETPM (80287). */
static void fn_nothing(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	x87_ready_nowait(x86_from(cpu));
}

/* CR0.EM does not matter, CR0.TS only with CR0.MP (SDM vol. 3, table 9-3). */
static void wait(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	if (unlikely((c->cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS)))
		x86_raise(c, X_NM);
	if (unlikely(c->x87.sw & SW_ES))
		x87_pending(c);
}

/* ---- environment ------------------------------------------------------------------------------------------------- */

/* 16-bit layouts have 14 bytes, 32-bit ones 28. Real and virtual-8086 mode hold linear addresses, in two parts. */
struct layout {
	bool wide, real;
	u8 bytes;
};

static struct layout layout_of(const struct x86 *c, const struct insn *i)
{
	bool wide = i->size > 1;

	return (struct layout){ .wide = wide, .real = x86_real_segments(c), .bytes = wide ? 28 : 14 };
}

/* 3: empty */
static u16 tag_word(const struct x87 *x)
{
	u16 tags = 0;

	for (unsigned n = 0; n < 8; n++)
		tags |= (u16)((x->valid >> n & 1 ? f80_tag(x->r[n]) : 3) << (2 * n));
	return tags;
}

static void put_pointers16(const struct x87 *x, bool real, u8 *p)
{
	u32 ip = x->fcs * 16u + (u32)x->fip, dp = x->fds * 16u + (u32)x->fdp;

	store_le16(p, (u16)(real ? ip : x->fip));
	store_le16(p + 2, real ? (u16)((ip >> 4 & 0xf000) | x->fop) : x->fcs);
	store_le16(p + 4, (u16)(real ? dp : x->fdp));
	store_le16(p + 6, real ? (u16)(dp >> 4 & 0xf000) : x->fds);
}

/* Reserved halves are all ones. */
static void put_pointers32(const struct x87 *x, bool real, u8 *p)
{
	u32 ip = x->fcs * 16u + (u32)x->fip, dp = x->fds * 16u + (u32)x->fdp;

	if (real) {
		store_le32(p, 0xffff0000 | (u16)ip);
		store_le32(p + 4, ip >> 16 << 12 | x->fop);
		store_le32(p + 8, 0xffff0000 | (u16)dp);
		store_le32(p + 12, dp >> 16 << 12);
	} else {
		store_le32(p, (u32)x->fip);
		store_le32(p + 4, (u32)x->fop << 16 | x->fcs);
		store_le32(p + 8, (u32)x->fdp);
		store_le32(p + 12, 0xffff0000 | x->fds);
	}
}

static void put_environment(const struct x87 *x, struct layout l, u8 *p)
{
	unsigned step = l.wide ? 4 : 2;

	memset(p, 0xff, l.bytes);
	store_le16(p, x->cw);
	store_le16(p + step, x->sw);
	store_le16(p + 2 * step, tag_word(x));
	if (l.wide)
		put_pointers32(x, l.real, p + 3 * step);
	else
		put_pointers16(x, l.real, p + 3 * step);
}

static void get_pointers16(struct x87 *x, bool real, const u8 *p)
{
	u16 high = load_le16(p + 2);

	x->fip = load_le16(p);
	x->fdp = load_le16(p + 4);
	if (real) {
		x->fip |= (u32)(high & 0xf000) << 4;
		x->fdp |= (u32)(load_le16(p + 6) & 0xf000) << 4;
		x->fop = high & 0x7ff;
		x->fcs = x->fds = 0;
	} else {
		x->fcs = high;
		x->fds = load_le16(p + 6);
	}
}

static void get_pointers32(struct x87 *x, bool real, const u8 *p)
{
	u32 high = load_le32(p + 4);

	if (real) {
		x->fip = load_le16(p) | (high >> 12 & 0xffff) << 16;
		x->fdp = load_le16(p + 8) | (load_le32(p + 12) >> 12 & 0xffff) << 16;
		x->fop = high & 0x7ff;
		x->fcs = x->fds = 0;
	} else {
		x->fip = load_le32(p);
		x->fcs = (u16)high;
		x->fop = high >> 16 & 0x7ff;
		x->fdp = load_le32(p + 8);
		x->fds = load_le16(p + 12);
	}
}

/* Of the tags only "empty" counts (SDM vol. 1, 8.1.7); ES and B follow from the rest. */
static void get_environment(struct x86 *c, struct layout l, const u8 *p)
{
	unsigned step = l.wide ? 4 : 2;
	u16 tags = load_le16(p + 2 * step);

	c->x87.valid = 0;
	for (unsigned n = 0; n < 8; n++)
		c->x87.valid |= (u16)(((tags >> (2 * n) & 3) != 3) << n);
	c->x87.sw = (u16)((load_le16(p + step) & ~(SW_ES | SW_B)) | (c->x87.sw & SW_ES));
	if (l.wide)
		get_pointers32(&c->x87, l.real, p + 3 * step);
	else
		get_pointers16(&c->x87, l.real, p + 3 * step);
	set_cw(c, load_le16(p));
}

static void fldenv(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct layout l = layout_of(c, i);
	u8 p[28];

	if (!x87_ready(c))
		return;
	x86_read_bytes(c, i->f[F_SEG], x86_ea(c, i), p, l.bytes);
	get_environment(c, l, p);
}

/* All exceptions are masked afterwards. */
static void fnstenv(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct layout l = layout_of(c, i);
	u8 p[28];

	x87_ready_nowait(c);
	put_environment(&c->x87, l, p);
	x86_write_bytes(c, i->f[F_SEG], x86_ea(c, i), p, l.bytes);
	set_cw(c, c->x87.cw | FP_ALL);
}

/* The registers follow, ST first. */
static void frstor(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct layout l = layout_of(c, i);
	u8 p[108];

	if (!x87_ready(c))
		return;
	x86_read_bytes(c, i->f[F_SEG], x86_ea(c, i), p, l.bytes + 80u);
	get_environment(c, l, p);
	for (unsigned n = 0; n < 8; n++) {
		const u8 *q = p + l.bytes + n * 10;

		c->x87.r[x87_index(c, n)] = f80_make(load_le16(q + 8), load_le64(q));
	}
}

static void fnsave(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct layout l = layout_of(c, i);
	u8 p[108];

	x87_ready_nowait(c);
	put_environment(&c->x87, l, p);
	for (unsigned n = 0; n < 8; n++) {
		u8 *q = p + l.bytes + n * 10;

		store_le64(q, c->x87.r[x87_index(c, n)].sig);
		store_le16(q + 8, c->x87.r[x87_index(c, n)].se);
	}
	x86_write_bytes(c, i->f[F_SEG], x86_ea(c, i), p, l.bytes + 80u);
	init(c);
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static const struct insn_row rows[] = {
	{"D9 /5", "fldcw i16", SIZES1(fldcw), .attr = X87},
	{"D9 /7", "fnstcw i16", SIZES1(fnstcw), .attr = X87},
	{"DD /7", "fnstsw i16", SIZES1(fnstsw), .attr = X87},
	{"DF E0", "fnstsw ax", SIZES1(fnstsw_ax), .attr = X87},
	{"DB E2", "fnclex", SIZES1(fnclex), .attr = X87},
	{"DB E3", "fninit", SIZES1(fninit), .attr = X87},
	{"DB E0", "fneni", SIZES1(fn_nothing), .attr = X87},
	{"DB E1", "fndisi", SIZES1(fn_nothing), .attr = X87},
	{"DB E4", "fnsetpm", SIZES1(fn_nothing), .attr = X87},
	{"D9 /4", "fldenv env", SIZES1(fldenv), .attr = X87},
	{"D9 /6", "fnstenv env", SIZES1(fnstenv), .attr = X87},
	{"DD /4", "frstor env", SIZES1(frstor), .attr = X87},
	{"DD /6", "fnsave env", SIZES1(fnsave), .attr = X87},
	{"9B", "wait", SIZES1(wait), .attr = 0},
};

const struct insn_group x86_group_x87_control = {
	"x87_control", rows, countof(rows),
	"Intel SDM vol. 2: FCLEX FINIT FLDCW FLDENV FRSTOR FSAVE FSTCW FSTENV FSTSW WAIT",
};
