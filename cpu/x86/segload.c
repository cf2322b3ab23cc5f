/* SPDX-License-Identifier: MIT */
/* Instructions that load, store or test segment registers and descriptors. Intel SDM vol. 2: MOV, PUSH, POP (segment
 * registers), LDS LES LSS LFS LGS, LLDT LTR SLDT STR, LAR LSL VERR VERW ARPL; vol. 3, 5.10. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"

static void no_umip(struct x86 *c)
{
	if (c->cpl && (c->cr4 & CR4_UMIP))
		x86_gp(c, 0);
}

/* ---- MOV, PUSH, POP ------------------------------------------------------------------------------ */

static bool any_segment(struct insn *i)
{
	return i->f[F_REG] < S_COUNT;
}

static bool not_cs(struct insn *i)
{
	return i->f[F_REG] < S_COUNT && i->f[F_REG] != S_CS;
}

/* Interrupts and traps are held off until SS has its pointer (SDM vol. 3, 6.8.3); not twice in a row. */
static void shadow(struct x86 *c)
{
	if (c->shadow & (SHADOW_SS << SHADOW_OLD_SHIFT))
		return;
	c->shadow |= SHADOW_SS;
	cpu_kick(&c->cpu, EVENT_SHADOW);
}

static void mov_store(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_set_e(c, i, x86_is_mem(i) ? 1 : i->size, x86_is_mem(i), c->seg[i->f[F_REG]].sel);
}

static void mov_load(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned seg = i->f[F_REG];

	x86_load_seg(c, seg, (u16)x86_get_e(c, i, 1, x86_is_mem(i)));
	if (seg == S_SS)
		shadow(c);
}

/* Only the selector's two bytes are written (SDM vol. 2, PUSH, "recent Core and Atom processors"). */
static void push_seg(struct cpu *cpu, const struct insn *i, unsigned seg)
{
	struct x86 *c = x86_from(cpu);
	u64 sp = (c->r[R_SP] - (1u << i->size)) & c->sp_mask;

	if (i->size == 3)
		x86_write(c, S_SS, sp, 8, c->seg[seg].sel);
	else
		x86_write(c, S_SS, sp, 2, c->seg[seg].sel);
	x86_set_sp(c, sp);
}

static void pop_seg(struct cpu *cpu, const struct insn *i, unsigned seg)
{
	struct x86 *c = x86_from(cpu);
	u64 sp = c->r[R_SP] + (1u << i->size), mask = c->sp_mask;

	x86_load_seg(c, seg, (u16)x86_top(c, 1u << i->size));
	c->r[R_SP] = (c->r[R_SP] & ~mask) | (sp & mask);
	if (seg == S_SS)
		shadow(c);
}

static void push_es(struct cpu *cpu, const struct insn *i)
{
	push_seg(cpu, i, S_ES);
}
static void push_cs(struct cpu *cpu, const struct insn *i)
{
	push_seg(cpu, i, S_CS);
}
static void push_ss(struct cpu *cpu, const struct insn *i)
{
	push_seg(cpu, i, S_SS);
}
static void push_ds(struct cpu *cpu, const struct insn *i)
{
	push_seg(cpu, i, S_DS);
}
static void push_fs(struct cpu *cpu, const struct insn *i)
{
	push_seg(cpu, i, S_FS);
}
static void push_gs(struct cpu *cpu, const struct insn *i)
{
	push_seg(cpu, i, S_GS);
}
static void pop_es(struct cpu *cpu, const struct insn *i)
{
	pop_seg(cpu, i, S_ES);
}
static void pop_ss(struct cpu *cpu, const struct insn *i)
{
	pop_seg(cpu, i, S_SS);
}
static void pop_ds(struct cpu *cpu, const struct insn *i)
{
	pop_seg(cpu, i, S_DS);
}
static void pop_fs(struct cpu *cpu, const struct insn *i)
{
	pop_seg(cpu, i, S_FS);
}
static void pop_gs(struct cpu *cpu, const struct insn *i)
{
	pop_seg(cpu, i, S_GS);
}

/* ---- LDS and the like ---------------------------------------------------------------------------- */

static void load_far(struct cpu *cpu, const struct insn *i, unsigned seg)
{
	struct x86 *c = x86_from(cpu);
	u64 ea = x86_ea(c, i), offset = x86_read(c, i->f[F_SEG], ea, 1u << i->size);
	u16 sel = (u16)x86_read(c, i->f[F_SEG], x86_wrap_addr(i, ea + (1u << i->size)), 2);

	x86_load_seg(c, seg, sel);
	x86_set_reg(c, i->f[F_REG], i->size, offset);
}

static void les(struct cpu *cpu, const struct insn *i)
{
	load_far(cpu, i, S_ES);
}
static void lds(struct cpu *cpu, const struct insn *i)
{
	load_far(cpu, i, S_DS);
}
static void lss(struct cpu *cpu, const struct insn *i)
{
	load_far(cpu, i, S_SS);
}
static void lfs(struct cpu *cpu, const struct insn *i)
{
	load_far(cpu, i, S_FS);
}
static void lgs(struct cpu *cpu, const struct insn *i)
{
	load_far(cpu, i, S_GS);
}

/* ---- LDTR and TR --------------------------------------------------------------------------------- */

static void sldt(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	no_umip(c);
	x86_set_e(c, i, x86_is_mem(i) ? 1 : i->size, x86_is_mem(i), c->ldtr.sel);
}

static void str(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	no_umip(c);
	x86_set_e(c, i, x86_is_mem(i) ? 1 : i->size, x86_is_mem(i), c->tr.sel);
}

/* A system descriptor of the GDT, of 16 bytes in IA-32e mode. */
static void system_desc(struct x86 *c, u16 sel, struct x86_desc *d)
{
	if (sel & 4)
		x86_gp(c, sel & 0xfffcu);
	x86_desc_need(c, sel, d, X_GP, 0, "the selector is beyond the GDT");
	if (x86_long(c) && (!x86_desc_upper(c, d) || !x86_canonical(x86_desc_base(d))))
		x86_gp(c, sel & 0xfffcu);
}

static void lldt(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct x86_desc d;
	u16 sel;

	if (c->cpl)
		x86_gp(c, 0);
	sel = (u16)x86_get_e(c, i, 1, x86_is_mem(i));
	if (x86_null(sel)) {
		c->ldtr = (struct seg){.sel = sel};
		return;
	}
	system_desc(c, sel, &d);
	if (x86_sys_type(d.attr) != SYS_LDT)
		x86_gp(c, sel & 0xfffcu);
	if (!(d.attr & SEG_P))
		x86_raise_error(c, X_NP, sel & 0xfffcu);
	x86_desc_cache(&d, sel, &c->ldtr);
}

static void ltr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct x86_desc d;
	int type;
	u16 sel;

	if (c->cpl)
		x86_gp(c, 0);
	sel = (u16)x86_get_e(c, i, 1, x86_is_mem(i));
	if (x86_null(sel))
		x86_gp(c, 0);
	system_desc(c, sel, &d);
	type = x86_sys_type(d.attr);
	if (type != SYS_TSS && (type != SYS_TSS16 || x86_long(c)))
		x86_gp(c, sel & 0xfffcu);
	if (!(d.attr & SEG_P))
		x86_raise_error(c, X_NP, sel & 0xfffcu);
	x86_desc_set_type(c, &d, (unsigned)type | SYS_BUSY);
	x86_desc_cache(&d, sel, &c->tr);
}

/* ---- looking at descriptors ---------------------------------------------------------------------- */

/* The descriptor is visible at the program's level and the selector's RPL. */
static bool visible(const struct x86 *c, const struct x86_desc *d)
{
	bool conforming = (d->attr & (SEG_S | SEG_CODE | SEG_DC)) == (SEG_S | SEG_CODE | SEG_DC);
	unsigned dpl = x86_dpl(d->attr);

	return conforming || (c->cpl <= dpl && (d->sel & 3u) <= dpl);
}

/* Types that LAR and LSL accept (SDM vol. 2, tables 3-52 and 3-65); in IA-32e mode LDT, TSS and, for LAR, call
 * gates. */
static bool lar_type(const struct x86 *c, int type)
{
	u32 types = x86_long(c) ? 1u << 2 | 1u << 9 | 1u << 11 | 1u << 12 : 0x1a3eu;

	return type < 0 || (types >> type & 1);
}

static bool lsl_type(const struct x86 *c, int type)
{
	u32 types = x86_long(c) ? 1u << 2 | 1u << 9 | 1u << 11 : 0x0a0eu;

	return type < 0 || (types >> type & 1);
}

static bool look(struct x86 *c, const struct insn *i, struct x86_desc *d)
{
	u16 sel = (u16)x86_get_e(c, i, 1, x86_is_mem(i));

	return x86_desc_get(c, sel, d) && visible(c, d);
}

static void lar(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct x86_desc d;
	bool ok = look(c, i, &d) && lar_type(c, x86_sys_type(d.attr));

	if (ok)
		x86_set_reg(c, i->f[F_REG], i->size, d.lo >> 32 & (i->size == 1 ? 0xff00 : 0xf0ff00));
	x86_set_zf(c, ok);
}

static void lsl(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct x86_desc d;
	bool ok = look(c, i, &d) && lsl_type(c, x86_sys_type(d.attr));

	if (ok)
		x86_set_reg(c, i->f[F_REG], i->size, x86_desc_limit(&d));
	x86_set_zf(c, ok);
}

static void verr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct x86_desc d;

	x86_set_zf(c, look(c, i, &d) && (d.attr & SEG_S) && (d.attr & (SEG_CODE | SEG_RW)) != SEG_CODE);
}

static void verw(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct x86_desc d;

	x86_set_zf(c, look(c, i, &d) && x86_is_stack(d.attr));
}

/* Nothing is written, and nothing need be writable, if the RPL stays. */
static void arpl(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	bool mem = x86_is_mem(i);
	u64 sel = x86_get_e(c, i, 1, mem), rpl = x86_get_g(c, i, 1) & 3;
	bool less = (sel & 3) < rpl;

	if (less)
		x86_set_e(c, i, 1, mem, (sel & ~3ull) | rpl);
	x86_set_zf(c, less);
}

static const struct insn_row rows[] = {
	{"8C /r", "mov Mw,Sw", SIZES1(mov_store), .attr = OVERRIDES, .valid = any_segment},
	{"8C /r", "mov Ev,Sw", SIZES1(mov_store), .valid = any_segment},
	{"8E /r", "mov Sw,Mw", SIZES1(mov_load), .attr = OVERRIDES, .valid = not_cs},
	{"8E /r", "mov Sw,Ev", SIZES1(mov_load), .valid = not_cs},
	{"06", "push es", SIZES1(push_es), .attr = NO64},
	{"0E", "push cs", SIZES1(push_cs), .attr = NO64},
	{"16", "push ss", SIZES1(push_ss), .attr = NO64},
	{"1E", "push ds", SIZES1(push_ds), .attr = NO64},
	{"0F A0", "push fs", SIZES1(push_fs), .attr = DEF64},
	{"0F A8", "push gs", SIZES1(push_gs), .attr = DEF64},
	{"07", "pop es", SIZES1(pop_es), .attr = NO64},
	{"17", "pop ss", SIZES1(pop_ss), .attr = NO64},
	{"1F", "pop ds", SIZES1(pop_ds), .attr = NO64},
	{"0F A1", "pop fs", SIZES1(pop_fs), .attr = DEF64},
	{"0F A9", "pop gs", SIZES1(pop_gs), .attr = DEF64},
	{"C4 /r", "les Gz,Mp", SIZES1(les), .attr = NO64},
	{"C5 /r", "lds Gz,Mp", SIZES1(lds), .attr = NO64},
	{"0F B2 /r", "lss Gv,Mp", SIZES1(lss), .flags_out = 0},
	{"0F B4 /r", "lfs Gv,Mp", SIZES1(lfs), .flags_out = 0},
	{"0F B5 /r", "lgs Gv,Mp", SIZES1(lgs), .flags_out = 0},
	{"0F 00 /0", "sldt Mw", SIZES1(sldt), .attr = PROTECTED | OVERRIDES},
	{"0F 00 /0", "sldt Ev", SIZES1(sldt), .attr = PROTECTED},
	{"0F 00 /1", "str Mw", SIZES1(str), .attr = PROTECTED | OVERRIDES},
	{"0F 00 /1", "str Ev", SIZES1(str), .attr = PROTECTED},
	{"0F 00 /2", "lldt Ew", SIZES1(lldt), .attr = PROTECTED | CPL0},
	{"0F 00 /3", "ltr Ew", SIZES1(ltr), .attr = PROTECTED | CPL0},
	{"0F 00 /4", "verr Ew", SIZES1(verr), .attr = PROTECTED, .flags_out = FL_ZF},
	{"0F 00 /5", "verw Ew", SIZES1(verw), .attr = PROTECTED, .flags_out = FL_ZF},
	{"0F 02 /r", "lar Gv,Ew", SIZES1(lar), .attr = PROTECTED, .flags_out = FL_ZF},
	{"0F 03 /r", "lsl Gv,Ew", SIZES1(lsl), .attr = PROTECTED, .flags_out = FL_ZF},
	{"63 /r", "arpl Ew,Gw", SIZES1(arpl), .attr = NO64 | PROTECTED, .flags_out = FL_ZF},
};

const struct insn_group x86_group_segload = {
	"segload", rows, countof(rows),
	"Intel SDM vol. 2: MOV PUSH POP (segment registers), LxS, LLDT LTR SLDT STR, LAR LSL VERR VERW ARPL",
};
