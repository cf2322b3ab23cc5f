/* SPDX-License-Identifier: MIT */
/* System-management mode: entry on SMI, the state save area, RSM. The layout of the save area is the AMD64 one for
 * processors with long mode and the 32-bit one otherwise; the revision, at the same place in both, says which.
 * Intel SDM vol. 3, 31.3 to 31.7; AMD APM vol. 2, 10.2 and table 10-1. */
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

/* Offsets from SMBASE + 8000h. One map for entry and RSM, so that they cannot disagree. */
enum { REVISION = 0x7efc };
enum { WIDE = 0x20064, NARROW = 0x20000 }; /* revision: bit 17, SMBASE may be moved */

struct saved {
	u16 at;
	u8 bytes;
	u32 offset;
	u8 member; /* size of the member in struct x86 */
};

#define FIELD(at, bytes, m) {at, bytes, offsetof(struct x86, m), sizeof(((struct x86 *)0)->m)}
#define SEG_WIDE(at, m) \
	FIELD(at, 2, m.sel), FIELD((at) + 2, 2, m.attr), FIELD((at) + 4, 4, m.limit), FIELD((at) + 8, 8, m.base)
#define SEG_NARROW(sel_at, at, m) \
	FIELD(sel_at, 4, m.sel), FIELD(at, 4, m.attr), FIELD((at) + 4, 4, m.base), FIELD((at) + 8, 4, m.limit)

static const struct saved wide[] = {
	SEG_WIDE(0x7e00, seg[S_ES]), SEG_WIDE(0x7e10, seg[S_CS]), SEG_WIDE(0x7e20, seg[S_SS]),
	SEG_WIDE(0x7e30, seg[S_DS]), SEG_WIDE(0x7e40, seg[S_FS]), SEG_WIDE(0x7e50, seg[S_GS]),
	SEG_WIDE(0x7e70, ldtr), SEG_WIDE(0x7e90, tr),
	FIELD(0x7e64, 4, gdtr.limit), FIELD(0x7e68, 8, gdtr.base),
	FIELD(0x7e84, 4, idtr.limit), FIELD(0x7e88, 8, idtr.base),
	FIELD(0x7ed0, 8, efer), FIELD(0x7f48, 8, cr4), FIELD(0x7f50, 8, cr3), FIELD(0x7f58, 8, cr0),
	FIELD(0x7f60, 8, dr[7]), FIELD(0x7f68, 8, dr[6]), FIELD(0x7f78, 8, cpu.pc),
	FIELD(0x7f80, 8, r[R_15]), FIELD(0x7f88, 8, r[R_14]), FIELD(0x7f90, 8, r[R_13]), FIELD(0x7f98, 8, r[R_12]),
	FIELD(0x7fa0, 8, r[R_11]), FIELD(0x7fa8, 8, r[R_10]), FIELD(0x7fb0, 8, r[R_9]), FIELD(0x7fb8, 8, r[R_8]),
	FIELD(0x7fc0, 8, r[R_DI]), FIELD(0x7fc8, 8, r[R_SI]), FIELD(0x7fd0, 8, r[R_BP]), FIELD(0x7fd8, 8, r[R_SP]),
	FIELD(0x7fe0, 8, r[R_BX]), FIELD(0x7fe8, 8, r[R_DX]), FIELD(0x7ff0, 8, r[R_CX]), FIELD(0x7ff8, 8, r[R_AX]),
	{0, 0, 0, 0},
};

static const struct saved narrow[] = {
	FIELD(0x7f14, 4, cr4),
	SEG_NARROW(0x7fa8, 0x7f84, seg[S_ES]), SEG_NARROW(0x7fac, 0x7f90, seg[S_CS]),
	SEG_NARROW(0x7fb0, 0x7f9c, seg[S_SS]), SEG_NARROW(0x7fb4, 0x7f2c, seg[S_DS]),
	SEG_NARROW(0x7fb8, 0x7f38, seg[S_FS]), SEG_NARROW(0x7fbc, 0x7f44, seg[S_GS]),
	SEG_NARROW(0x7fc0, 0x7f78, ldtr), SEG_NARROW(0x7fc4, 0x7f5c, tr),
	FIELD(0x7f54, 4, idtr.limit), FIELD(0x7f58, 4, idtr.base),
	FIELD(0x7f70, 4, gdtr.limit), FIELD(0x7f74, 4, gdtr.base),
	FIELD(0x7fc8, 4, dr[7]), FIELD(0x7fcc, 4, dr[6]),
	FIELD(0x7fd0, 4, r[R_AX]), FIELD(0x7fd4, 4, r[R_CX]), FIELD(0x7fd8, 4, r[R_DX]), FIELD(0x7fdc, 4, r[R_BX]),
	FIELD(0x7fe0, 4, r[R_SP]), FIELD(0x7fe4, 4, r[R_BP]), FIELD(0x7fe8, 4, r[R_SI]), FIELD(0x7fec, 4, r[R_DI]),
	FIELD(0x7ff0, 4, cpu.pc), FIELD(0x7ff8, 4, cr3), FIELD(0x7ffc, 4, cr0),
	{0, 0, 0, 0},
};

/* What has no member of its own, or changes only if the revision says so: flags, SMBASE, whether it was halted. */
static unsigned flags_at(bool is_wide)
{
	return is_wide ? 0x7f70 : 0x7ff4;
}

static unsigned smbase_at(bool is_wide)
{
	return is_wide ? 0x7f00 : 0x7ef8;
}

static unsigned halt_at(bool is_wide)
{
	return is_wide ? 0x7ec9 : 0x7f02;
}

static u64 get(const struct x86 *c, const struct saved *s)
{
	const u8 *p = (const u8 *)c + s->offset;
	u64 v64;
	u32 v32;
	u16 v16;

	switch (s->member) {
	case 2: memcpy(&v16, p, 2); return v16;
	case 4: memcpy(&v32, p, 4); return v32;
	default: memcpy(&v64, p, 8); return v64;
	}
}

static void put(struct x86 *c, const struct saved *s, u64 v)
{
	u8 *p = (u8 *)c + s->offset;
	u32 v32 = (u32)v;
	u16 v16 = (u16)v;

	switch (s->member) {
	case 2: memcpy(p, &v16, 2); break;
	case 4: memcpy(p, &v32, 4); break;
	default: memcpy(p, &v, 8); break;
	}
}

static void save(struct x86 *c, bool is_wide)
{
	u64 base = (u64)c->smbase + 0x8000;

	for (const struct saved *s = is_wide ? wide : narrow; s->bytes; s++)
		x86_phys_write(c, base + s->at, s->bytes, get(c, s));
	x86_phys_write(c, base + flags_at(is_wide), is_wide ? 8 : 4, x86_get_flags(c));
	x86_phys_write(c, base + halt_at(is_wide), 1, c->halted);
	x86_phys_write(c, base + REVISION, 4, is_wide ? WIDE : NARROW);
	x86_phys_write(c, base + smbase_at(is_wide), 4, c->smbase);
}

/* SDM vol. 3, table 31-4. */
void x86_enter_smm(struct x86 *c)
{
	log_line(LOG_PCALL, "system-management mode at %04x:%llx", c->seg[S_CS].sel, (unsigned long long)c->cpu.pc);
	c->smm = true;
	c->nmi_blocked = true;
	if (c->bus.smm)
		c->bus.smm(c->bus.arg, true);
	save(c, x86_has(c, FEAT_LM));
	c->halted = c->mwait_masked = false;
	c->shadow = 0;
	c->step_armed = c->rf_old = c->in_repeat = false;
	x86_set_flags(c, 0, ~0u);
	c->cr0 &= ~(u64)(CR0_PE | CR0_EM | CR0_TS | CR0_PG);
	c->cr4 = 0;
	c->efer = 0;
	c->dr[7] = 0x400;
	c->cpl = 0;
	for (unsigned n = 0; n < S_COUNT; n++)
		c->seg[n] = (struct seg){.attr = SEG_G | SEG_P | SEG_S | SEG_RW | SEG_A, .limit = 0xffffffff};
	c->seg[S_CS].sel = (u16)(c->smbase >> 4);
	c->seg[S_CS].base = c->smbase;
	c->idtr = (struct dtr){.limit = 0};
	c->cpu.pc = 0x8000;
	cpu_flush_tlb(&c->cpu);
	x86_debug_changed(c);
	x86_update(c);
}

/* SDM vol. 3, 31.4.1: a state that RSM may not return to is a shutdown. */
static bool consistent(const struct x86 *c)
{
	bool pe = c->cr0 & CR0_PE, pg = c->cr0 & CR0_PG;

	if ((pg && !pe) || ((c->cr0 & CR0_NW) && !(c->cr0 & CR0_CD)))
		return false;
	if ((c->efer & EFER_LME) && pg && !(c->cr4 & CR4_PAE))
		return false;
	return !(c->cr4 & ~0x3727ffull) && !(c->efer & ~0xd01ull);
}

static void restore(struct x86 *c, bool is_wide)
{
	u64 base = (u64)c->smbase + 0x8000;
	u32 flags = (u32)x86_phys_read(c, base + flags_at(is_wide), 4);
	bool halted = x86_phys_read(c, base + halt_at(is_wide), 1) & 1;

	for (const struct saved *s = is_wide ? wide : narrow; s->bytes; s++)
		put(c, s, x86_phys_read(c, base + s->at, s->bytes));
	if (x86_phys_read(c, base + REVISION, 4) >> 17 & 1)
		c->smbase = (u32)x86_phys_read(c, base + smbase_at(is_wide), 4);
	c->halted = halted;
	x86_set_flags(c, flags & 0x3f7fd7, ~0u);
	c->cpl = !(c->cr0 & CR0_PE) ? 0 : c->flags & FL_VM ? 3 : x86_dpl(c->seg[S_SS].attr);
}

static void rsm(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	if (!c->smm)
		x86_ud(c);
	restore(c, x86_has(c, FEAT_LM));
	if (!consistent(c)) {
		c->nchain = 0;
		x86_shutdown(c, "RSM found a state that it may not return to");
		return;
	}
	c->smm = false;
	c->nmi_blocked = false;
	if (c->bus.smm)
		c->bus.smm(c->bus.arg, false);
	if ((c->cr0 & CR0_PG) && (c->cr4 & CR4_PAE) && !(c->efer & EFER_LMA))
		x86_load_pdptes(c, c->cr3);
	cpu_flush_tlb(cpu);
	x86_debug_changed(c);
	x86_update(c);
	x86_rearm(c);
	log_line(LOG_PCALL, "back from system-management mode to %04x:%llx", c->seg[S_CS].sel,
		(unsigned long long)cpu->pc);
}

static const struct insn_row rows[] = {
	{ .enc = "0F AA", .text = "rsm", .exec = SIZES1(rsm), .attr = ENDS_BLOCK },
};

const struct insn_group x86_group_smm = { "smm", rows, countof(rows), "SDM vol. 2, RSM" };
