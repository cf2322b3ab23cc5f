/* SPDX-License-Identifier: MIT */
/* Control registers and the descriptor-table registers: which values are allowed, and what follows from a change.
 * Intel SDM vol. 3, 2.5, 4.1 (paging modes), 4.10.4 (what is flushed), 9.8.5 (entering IA-32e mode); vol. 2, MOV CR,
 * LMSW, SMSW, CLTS, LGDT, LIDT, SGDT, SIDT, INVLPG, INVPCID. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

#define CR3_NOFLUSH BIT(63)

/* ---- CR0 ----------------------------------------------------------------------------------------- */

static bool cr0_allowed(const struct x86 *c, u64 v)
{
	bool pg = v & CR0_PG, was = c->cr0 & CR0_PG;

	if (v >> 32 || (pg && !(v & CR0_PE)) || ((v & CR0_NW) && !(v & CR0_CD)))
		return false;
	if (pg && !was && (c->efer & EFER_LME)) {
		bool tss16 = (x86_sys_type(c->tr.attr) & ~SYS_BUSY) == SYS_TSS16;

		return (c->cr4 & CR4_PAE) && !(c->seg[S_CS].attr & SEG_L) && !tss16;
	}
	return pg || !was || (!c->in64 && !(c->cr4 & CR4_PCIDE));
}

void x86_write_cr0(struct x86 *c, u64 v)
{
	const u64 known = CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG;
	u64 changed;

	if (!cr0_allowed(c, v))
		x86_gp(c, 0);
	v = (v & known) | CR0_ET;
	changed = v ^ c->cr0;
	if ((v & CR0_PG) && (changed & (CR0_PG | CR0_CD | CR0_NW)) && (c->cr4 & CR4_PAE) && !(c->efer & EFER_LME) &&
	    !x86_load_pdptes(c, c->cr3))
		x86_gp(c, 0);
	c->cr0 = v;
	if (changed & CR0_PG)
		c->efer = (c->efer & ~(u64)EFER_LMA) | (v & CR0_PG && c->efer & EFER_LME ? EFER_LMA : 0);
	if (changed & (CR0_PG | CR0_PE | CR0_WP))
		cpu_flush_tlb(&c->cpu);
	if (changed & (CR0_PG | CR0_PE))
		log_line(LOG_PCALL, "CR0 = %llx, EFER = %llx at %llx", (unsigned long long)v,
			(unsigned long long)c->efer, (unsigned long long)cpu_pc_now(&c->cpu));
	x86_update(c);
}

/* ---- CR3, CR4 ------------------------------------------------------------------------------------ */

void x86_write_cr3(struct x86 *c, u64 v)
{
	bool keep = false;

	if (c->cr4 & CR4_PCIDE) {
		keep = v & CR3_NOFLUSH;
		v &= ~CR3_NOFLUSH;
	}
	if (x86_long(c) && (v & ~mask_low(X86_PHYS_BITS)))
		x86_gp(c, 0);
	if ((c->cr0 & CR0_PG) && (c->cr4 & CR4_PAE) && !x86_long(c) && !x86_load_pdptes(c, v))
		x86_gp(c, 0);
	x86_set_cr3(c, v, keep);
}

static u64 cr4_known(const struct x86 *c)
{
	static const struct {
		u8 feature;
		u32 bits;
	} table[] = {
		{FEAT_VME, CR4_VME | CR4_PVI}, {FEAT_TSC, CR4_TSD}, {FEAT_DE, CR4_DE}, {FEAT_PSE, CR4_PSE}, {FEAT_PAE, CR4_PAE},
		{FEAT_MCE, CR4_MCE}, {FEAT_PGE, CR4_PGE}, {FEAT_NONE, CR4_PCE}, {FEAT_FXSR, CR4_OSFXSR},
		{FEAT_SSE, CR4_OSXMMEXCPT}, {FEAT_UMIP, CR4_UMIP}, {FEAT_FSGSBASE, CR4_FSGSBASE}, {FEAT_PCID, CR4_PCIDE},
		{FEAT_XSAVE, CR4_OSXSAVE}, {FEAT_SMEP, CR4_SMEP}, {FEAT_SMAP, CR4_SMAP},
	};
	u64 known = 0;

	for (unsigned k = 0; k < countof(table); k++) {
		if (x86_has(c, table[k].feature))
			known |= table[k].bits;
	}
	return known;
}

void x86_write_cr4(struct x86 *c, u64 v)
{
	u64 changed = v ^ c->cr4;

	if (v & ~cr4_known(c))
		x86_gp(c, 0);
	if (x86_long(c) && !(v & CR4_PAE))
		x86_gp(c, 0);
	if ((v & changed & CR4_PCIDE) && (!x86_long(c) || (c->cr3 & 0xfff)))
		x86_gp(c, 0);
	if ((c->cr0 & CR0_PG) && (v & CR4_PAE) && !x86_long(c) &&
	    (changed & (CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP)) && !x86_load_pdptes(c, c->cr3))
		x86_gp(c, 0);
	c->cr4 = v;
	if (changed & (CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP | CR4_SMAP | CR4_PCIDE))
		cpu_flush_tlb(&c->cpu);
	x86_update(c);
}

/* ---- MOV CR -------------------------------------------------------------------------------------- */

static u8 read_tpr(const struct x86 *c)
{
	return c->bus.tpr_read ? c->bus.tpr_read(c->bus.arg) : 0;
}

static void mov_from_cr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 v;

	if (c->cpl)
		x86_gp(c, 0);
	switch (i->f[F_REG]) {
	case 0: v = c->cr0; break;
	case 2: v = c->cr2; break;
	case 3: v = c->cr3; break;
	case 4: v = c->cr4; break;
	default: v = read_tpr(c) >> 4; break;
	}
	x86_set_reg(c, i->f[F_RM], i->size, v);
}

static void mov_to_cr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 v = x86_get_reg(c, i->f[F_RM], i->size);

	if (c->cpl)
		x86_gp(c, 0);
	switch (i->f[F_REG]) {
	case 0:
		x86_write_cr0(c, v);
		break;
	case 2:
		c->cr2 = v;
		break;
	case 3:
		x86_write_cr3(c, v);
		break;
	case 4:
		x86_write_cr4(c, v);
		break;
	default:
		if (v & ~15ull)
			x86_gp(c, 0);
		if (c->bus.tpr_write)
			c->bus.tpr_write(c->bus.arg, (u8)(v << 4));
		break;
	}
}

static void no_umip(struct x86 *c)
{
	if (c->cpl && (c->cr4 & CR4_UMIP))
		x86_gp(c, 0);
}

static void smsw(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	no_umip(c);
	x86_set_e(c, i, x86_is_mem(i) ? 1 : i->size, x86_is_mem(i), c->cr0);
}

/* PE, MP, EM, TS; PE can only be set. */
static void lmsw(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 v;

	if (c->cpl)
		x86_gp(c, 0);
	v = x86_get_e(c, i, 1, x86_is_mem(i));
	x86_write_cr0(c, (c->cr0 & ~14ull) | (v & 15));
}

static void clts(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	if (c->cpl)
		x86_gp(c, 0);
	c->cr0 &= ~(u64)CR0_TS;
}

/* ---- GDTR, IDTR ---------------------------------------------------------------------------------- */

static void store_table(struct x86 *c, const struct insn *i, const struct dtr *t)
{
	u64 ea = x86_ea(c, i);

	no_umip(c);
	x86_probe_write(c, i->f[F_SEG], ea, c->in64 ? 10 : 6);
	x86_write(c, i->f[F_SEG], ea, 2, t->limit);
	x86_write(c, i->f[F_SEG], x86_wrap_addr(i, ea + 2), c->in64 ? 8 : 4, t->base);
}

static void load_table(struct x86 *c, const struct insn *i, struct dtr *t)
{
	u64 ea = x86_ea(c, i), base;
	u32 limit;

	if (c->cpl)
		x86_gp(c, 0);
	limit = (u32)x86_read(c, i->f[F_SEG], ea, 2);
	base = x86_read(c, i->f[F_SEG], x86_wrap_addr(i, ea + 2), c->in64 ? 8 : 4);
	if (c->in64 && !x86_canonical(base))
		x86_gp(c, 0);
	if (!c->in64 && i->size == 1)
		base &= 0xffffff;
	*t = (struct dtr){.base = base, .limit = limit};
}

static void sgdt(struct cpu *cpu, const struct insn *i)
{
	store_table(x86_from(cpu), i, &x86_from(cpu)->gdtr);
}

static void sidt(struct cpu *cpu, const struct insn *i)
{
	store_table(x86_from(cpu), i, &x86_from(cpu)->idtr);
}

static void lgdt(struct cpu *cpu, const struct insn *i)
{
	load_table(x86_from(cpu), i, &x86_from(cpu)->gdtr);
}

static void lidt(struct cpu *cpu, const struct insn *i)
{
	load_table(x86_from(cpu), i, &x86_from(cpu)->idtr);
}

/* ---- TLB ----------------------------------------------------------------------------------------- */

static void invlpg(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 la = (c->seg[i->f[F_SEG]].ebase + x86_ea(c, i)) & c->la_mask;

	if (c->cpl)
		x86_gp(c, 0);
	tlb_flush_page(&cpu->tlb, la);
}

/* Contexts are tagged by PCID, so the types map onto the TLB's own flushes. */
static void invpcid(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 ea = x86_ea(c, i), type = x86_get_g(c, i, c->in64 ? 3 : 2), la;
	u64 pcid;

	if (c->cpl)
		x86_gp(c, 0);
	pcid = x86_read(c, i->f[F_SEG], ea, 8);
	la = x86_read(c, i->f[F_SEG], x86_wrap_addr(i, ea + 8), 8);
	if (type > 3 || pcid >> 12 || (type < 2 && pcid && !(c->cr4 & CR4_PCIDE)) || (type == 0 && !x86_canonical(la)))
		x86_gp(c, 0);
	switch (type) {
	case 0:
		tlb_flush_page_in(&cpu->tlb, pcid, la, false);
		break;
	case 1:
		tlb_flush_context(&cpu->tlb, pcid, true);
		break;
	case 2:
		tlb_flush_all(&cpu->tlb);
		break;
	default:
		tlb_flush_nonglobal(&cpu->tlb);
		break;
	}
}

static const struct insn_row rows[] = {
	{"0F 20 /r", "mov Ry,Cy", SIZES1(mov_from_cr), .attr = FORCE64 | CPL0},
	{"0F 22 /r", "mov Cy,Ry", SIZES1(mov_to_cr), .attr = FORCE64 | CPL0 | ENDS_BLOCK},
	{"0F 01 /4", "smsw Mw", SIZES1(smsw), .attr = OVERRIDES},
	{"0F 01 /4", "smsw Ev", SIZES1(smsw), .flags_out = 0},
	{"0F 01 /6", "lmsw Ew", SIZES1(lmsw), .attr = CPL0 | ENDS_BLOCK},
	{"0F 06", "clts", SIZES1(clts), .attr = CPL0 | ENDS_BLOCK},
	{"0F 01 /0", "sgdt Ms", SIZES1(sgdt), .flags_out = 0},
	{"0F 01 /1", "sidt Ms", SIZES1(sidt), .flags_out = 0},
	{"0F 01 /2", "lgdt Ms", SIZES1(lgdt), .attr = CPL0},
	{"0F 01 /3", "lidt Ms", SIZES1(lidt), .attr = CPL0},
	{"0F 01 /7", "invlpg Mb", SIZES1(invlpg), .attr = CPL0 | ENDS_BLOCK},
	{"66 0F 38 82 /r", "invpcid Gy,Mdq", SIZES1(invpcid), .attr = CPL0 | ENDS_BLOCK | DEF64, .feature = FEAT_INVPCID},
};

const struct insn_group x86_group_control = {
	"control", rows, countof(rows),
	"Intel SDM vol. 2: MOV CR, LMSW SMSW CLTS, LGDT LIDT SGDT SIDT, INVLPG INVPCID",
};
