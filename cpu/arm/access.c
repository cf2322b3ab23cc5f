/* SPDX-License-Identifier: MIT */
/* The slow half of every memory access: tags, alignment, two-page accesses, devices, watchpoints, aborts, and filling
 * the TLB so that the next access is fast. Arm ARM B2.5 (alignment), D1.3.5 and D8.12 (aborts), D17.2.37 (ESR_ELx). */
#include "cpu/arm/paging.h"
#include "cpu/block.h"
#include "mem/base/log.h"

enum { HOW_CACHE = 1 << 16 }; /* with ACC_x: a cache maintenance instruction */

/* ---- aborts ---------------------------------------------------------------------------------------------------- */

/* What a hypervisor needs to act for a load or store of one register: ISV, SAS, SSE, SRT, SF, AR (D17.2.37). */
static u32 syndrome_of(const struct arm *c)
{
	u32 word = c->cpu.insn && c->cpu.block ? load_le32(c->cpu.block->code + c->cpu.insn->off) : 0;
	u32 size = word >> 30, opc = word >> 22 & 3, sf, kind = word & 0x3f000000;
	bool plain = kind == 0x39000000 || (kind == 0x38000000 && (word & 0x200c00) == 0x200800) ||
		     (kind == 0x38000000 && !(word & 0x200000) && !(word & 0x400));
	bool rcpc = (word & 0x3ffffc00) == 0x38bfc000; /* LDAPR */
	bool ordered = rcpc || (kind == 0x08000000 && (word & 0xa00000) == 0x800000);

	if (plain)
		sf = opc < 2 ? size == 3 : opc == 2;
	else if (ordered)
		sf = size == 3;
	else
		return 0;
	return 1u << 24 | size << 22 | (plain && opc > 1 ? 1u << 21 : 0) | (word & 31) << 16 | sf << 15 |
	       (ordered ? (word >> 15 & 1) << 14 : 0);
}

/* AArch64.Abort: to which level. */
static unsigned abort_target(const struct arm *c, const struct arm_fault *f)
{
	bool external = f->fsc == FSC_EXTERNAL || (f->fsc & ~3u) == FSC_EXTERNAL_WALK;

	if (f->stage2)
		return 2;
	if (external && c->secure && (c->sys.scr & SCR_EA))
		return 3;
	if (c->el < 2 && ((external && (arm_hcr(c) & HCR_TEA)) || (c->el == 0 && (arm_hcr(c) & HCR_TGE))))
		return 2;
	return c->el ? c->el : 1;
}

ARM_NORETURN static void abort_access(struct arm *c, u64 va, enum access access, const struct arm_fault *f,
				      unsigned how)
{
	unsigned target = abort_target(c, f);
	bool lower = target > c->el, write = access == ACCESS_WRITE || (how & HOW_CACHE);
	u32 iss = f->fsc | (u32)f->s1ptw << 7;

	log_line(LOG_MMU, "%s abort: address %016llx, status %02x%s, from EL%u to EL%u at %016llx",
		access == ACCESS_FETCH ? "instruction" : "data", (unsigned long long)va, f->fsc,
		f->stage2 ? " of stage 2" : "", c->el, target, (unsigned long long)cpu_pc_now(&c->cpu));
	if (f->stage2)
		c->sys.hpfar = f->ipa >> 12 << 4;
	if (access == ACCESS_FETCH)
		arm_raise_far(c, lower ? EC_IABT_LOWER : EC_IABT, iss, va, target);
	iss |= (u32)write << 6 | (how & HOW_CACHE ? 1u << 8 : 0);
	if (f->stage2 && !f->s1ptw && !(how & HOW_CACHE))
		iss |= syndrome_of(c);
	arm_raise_far(c, lower ? EC_DABT_LOWER : EC_DABT, iss, va, target);
}

ARM_NORETURN void arm_abort_cache(struct arm *c, u64 va, enum access access, const struct arm_fault *f)
{
	abort_access(c, va, access, f, HOW_CACHE);
}

ARM_NORETURN static void abort_status(struct arm *c, u64 va, enum access access, unsigned fsc, unsigned how)
{
	struct arm_fault f = {.fsc = (u8)fsc};

	abort_access(c, va, access, &f, how);
}

/* ---- translation ----------------------------------------------------------------------------------------------- */

static const struct tlb_entry *entry_of(const struct arm *c, u64 la, unsigned view)
{
	return &c->cpu.tlb.ctx[c->cpu.tlb.current].entry[view][tlb_index(la)];
}

/* Puts the page into the TLB: tags as far as it is plain memory, permissions always. Data is never reached through
 * VIEW_SLOW, and Device memory not without a check of the alignment. */
static void fill(struct arm *c, unsigned view, const struct tlb_extra *x)
{
	struct tlb_entry e = {TLB_NEVER, TLB_NEVER, TLB_NEVER, 0};
	const struct flat *f = space_find(c->cpu.memory, x->phys);
	const struct region *r = f ? f->region : NULL;
	unsigned mode = c->cpu.tlb.mode;

	if (r && r->kind != REGION_IO && f->base <= x->phys && f->last - x->phys >= RAM_PAGE_SIZE - 1) {
		u64 off = r->ram_off + (x->phys - r->base);
		bool plain = view != VIEW_SLOW && !(x->allowed & PAGE_DEVICE);

		e.addend = (uintptr_t)(r->ram->host + off) - (uintptr_t)x->va;
		if (x->allowed >> ACCESS_FETCH & 1)
			e.fetch = x->va;
		if ((x->allowed >> ACCESS_READ & 1) && plain)
			e.read = x->va;
		if ((x->allowed >> ACCESS_WRITE & 1) && plain && r->kind == REGION_RAM && !r->ram->rom &&
			ram_page_plain(r->ram, off))
			e.write = x->va;
	}
	tlb_set_mode(&c->cpu.tlb, view);
	tlb_fill(&c->cpu.tlb, &e, x);
	tlb_set_mode(&c->cpu.tlb, mode);
}

struct place {
	u64 phys;
	unsigned allowed; /* as in tlb_extra */
};

/* Of la, which is va without its tag, for one page. Raises aborts. What the TLB knows of the page's permissions
 * spares the walk for devices, pages with code and entries that were pushed out. */
static struct place translate(struct arm *c, u64 va, u64 la, enum access access, unsigned view, unsigned how)
{
	const struct tlb_extra *known = tlb_find(&c->cpu.tlb, la, view);
	struct arm_fault fault;
	struct arm_page page;
	struct tlb_extra x;

	if (likely(known && (known->allowed >> access & 1))) {
		x = *known;
		if (access == ACCESS_WRITE && entry_of(c, la, view)->write == TLB_NEVER && !(x.allowed & PAGE_DEVICE))
			fill(c, view, &x); /* it may be plain memory again */
		return (struct place){x.phys | (la & ~TLB_PAGE), x.allowed};
	}
	if (unlikely(!arm_walk_as(c, va, access, view, c->el, 0, &page, &fault)))
		abort_access(c, va, access, &fault, how);
	x = (struct tlb_extra){.va = la & TLB_PAGE, .phys = page.phys, .span = page.span, .global = page.global};
	x.allowed = (u8)(page.read << ACCESS_READ | page.write << ACCESS_WRITE | page.fetch << ACCESS_FETCH |
			 (page.guarded ? PAGE_GUARDED : 0) | (page.device ? PAGE_DEVICE : 0));
	c->guarded = c->guarded || page.guarded;
	fill(c, view, &x);
	return (struct place){page.phys | (la & ~TLB_PAGE), x.allowed};
}

/* The view whose TLB entries and rights an access of data uses. PSTATE.UAO makes LDTR and
 * STTR plain ones (D8.4.7). */
static unsigned view_of(const struct arm *c, unsigned acc)
{
	if ((acc & ACC_UNPRIV) && c->el == 1 && !c->uao)
		return VIEW_USER;
	return arm_plain_view(c);
}

static u64 data_address(const struct arm *c, u64 va)
{
	struct regime r;

	if (likely(!(va >> 55) || (va >> 55 == 0x1ff && c->el < 2)))
		return va; /* no tag in it */
	r = arm_regime_of(c, c->el);
	return arm_untag(c, &r, va, false);
}

/* AArch64.CheckAlignment (B2.5), for an access that is not aligned. */
static void check_alignment(struct arm *c, u64 va, unsigned bytes, unsigned acc, enum access access)
{
	u64 sctlr = c->sys.sctlr[arm_regime(c->el)];
	bool atomic = acc & ACC_ATOMIC, ordered = acc & ACC_ACQREL, bad;

	if (sctlr & SCTLR_A)
		bad = true;
	else if (arm_has(c, FEAT_LSE2))
		bad = (va & 15) + bytes > 16 && (atomic || (ordered && !(sctlr & SCTLR_NAA)));
	else
		bad = atomic || ordered;
	if (bad)
		abort_status(c, va, access, FSC_ALIGNMENT, 0);
}

/* ---- an access ------------------------------------------------------------------------------------------------- */

/* Bytes of an n-byte access at la that lie in its first page. */
static unsigned in_page(u64 la, unsigned n)
{
	return min_uint(n, RAM_PAGE_SIZE - (unsigned)(la & ~TLB_PAGE));
}

/* One or two pages of an access. */
struct span {
	u64 pa[2];
	unsigned first; /* bytes in the first page */
};

static u64 resolve_page(struct arm *c, u64 va, enum access access, unsigned acc, bool aligned)
{
	u64 la = data_address(c, va);
	unsigned view = view_of(c, acc);
	struct place p = translate(c, va, la, access, view, acc);
	const struct tlb_entry *e = entry_of(c, la, view);

	if (likely((access == ACCESS_READ ? e->read : e->write) == (la & TLB_PAGE)))
		return p.phys; /* plain memory */

	if (unlikely((p.allowed & PAGE_DEVICE) && !aligned))
		abort_status(c, va, access, FSC_ALIGNMENT, acc);
	if (unlikely(!space_find(c->cpu.memory, p.phys)))
		abort_status(c, va, access, FSC_EXTERNAL, acc);
	return p.phys;
}

/* All pages of an access of `bytes`, everything checked. */
static void resolve(struct arm *c, u64 va, unsigned bytes, enum access access, unsigned acc, struct span *s)
{
	bool aligned = !(va & (bytes - 1));

	s->first = in_page(va, bytes);
	s->pa[0] = resolve_page(c, va, access, acc, aligned);
	if (unlikely(s->first != bytes))
		s->pa[1] = resolve_page(c, (va | ~TLB_PAGE) + 1, access, acc, aligned);
}

u64 arm_read_slow(struct arm *c, u64 va, unsigned bytes, unsigned acc)
{
	u64 la = data_address(c, va);
	const struct tlb_entry *e = entry_of(c, la, view_of(c, acc));
	const u8 *victim = acc ? NULL : tlb_read_victim(&c->cpu.tlb, va, bytes);
	struct span s;
	u8 b[8];

	if (victim)
		return load_le(victim, bytes);
	if (unlikely(va & (bytes - 1)))
		check_alignment(c, va, bytes, acc, ACCESS_READ);
	s.first = in_page(la, bytes);
	if (s.first == bytes && e->read == (la & TLB_PAGE) && !(acc & ACC_WRITES) && !c->watch)
		return load_le((const u8 *)(e->addend + (uintptr_t)la), bytes);
	resolve(c, va, bytes, ACCESS_READ, acc, &s);
	if (acc & ACC_WRITES)
		resolve(c, va, bytes, ACCESS_WRITE, acc, &s);
	if (unlikely(c->watch)) {
		arm_watch(c, va, bytes, ACCESS_READ, acc & ACC_UNPRIV);
		if (acc & ACC_WRITES)
			arm_watch(c, va, bytes, ACCESS_WRITE, acc & ACC_UNPRIV);
	}
	if (likely(s.first == bytes && e->read == (la & TLB_PAGE)))
		return load_le((const u8 *)(e->addend + (uintptr_t)la), bytes);
	if (s.first == bytes)
		return space_read(c->cpu.memory, s.pa[0], bytes);
	space_read_block(c->cpu.memory, s.pa[0], b, s.first);
	space_read_block(c->cpu.memory, s.pa[1], b + s.first, bytes - s.first);
	return load_le(b, bytes);
}

void arm_write_slow(struct arm *c, u64 va, unsigned bytes, u64 value, unsigned acc)
{
	u64 la = data_address(c, va);
	const struct tlb_entry *e = entry_of(c, la, view_of(c, acc));
	u8 *victim = acc ? NULL : tlb_write_victim(&c->cpu.tlb, va, bytes);
	struct span s;
	u8 b[8];

	if (victim) {
		store_le(victim, bytes, value);
		return;
	}
	if (unlikely(va & (bytes - 1)))
		check_alignment(c, va, bytes, acc, ACCESS_WRITE);
	s.first = in_page(la, bytes);
	if (s.first == bytes && e->write == (la & TLB_PAGE) && !c->watch) {
		store_le((u8 *)(e->addend + (uintptr_t)la), bytes, value);
		return;
	}
	resolve(c, va, bytes, ACCESS_WRITE, acc, &s);
	if (unlikely(c->watch))
		arm_watch(c, va, bytes, ACCESS_WRITE, acc & ACC_UNPRIV);
	if (likely(s.first == bytes && e->write == (la & TLB_PAGE))) {
		store_le((u8 *)(e->addend + (uintptr_t)la), bytes, value);
		return;
	}
	if (s.first == bytes) {
		space_write(c->cpu.memory, s.pa[0], bytes, value);
		return;
	}
	store_le(b, bytes, value);
	space_write_block(c->cpu.memory, s.pa[0], b, s.first);
	space_write_block(c->cpu.memory, s.pa[1], b + s.first, bytes - s.first);
}

union vec arm_read16_slow(struct arm *c, u64 va)
{
	const u8 *victim = tlb_read_victim(&c->cpu.tlb, va, 16);
	struct span s;
	union vec v;

	if (victim)
		return (union vec){{load_le64(victim), load_le64(victim + 8)}};
	if (unlikely(va & 15))
		check_alignment(c, va, 16, 0, ACCESS_READ);
	resolve(c, va, 16, ACCESS_READ, 0, &s);
	if (unlikely(c->watch))
		arm_watch(c, va, 16, ACCESS_READ, false);
	v.q[0] = arm_read_slow(c, va, 8, 0);
	v.q[1] = arm_read_slow(c, va + 8, 8, 0);
	return v;
}

void arm_write16_slow(struct arm *c, u64 va, union vec v)
{
	u8 *victim = tlb_write_victim(&c->cpu.tlb, va, 16);
	struct span s;

	if (victim) {
		store_le64(victim, v.q[0]);
		store_le64(victim + 8, v.q[1]);
		return;
	}
	if (unlikely(va & 15))
		check_alignment(c, va, 16, 0, ACCESS_WRITE);
	resolve(c, va, 16, ACCESS_WRITE, 0, &s);
	if (unlikely(c->watch))
		arm_watch(c, va, 16, ACCESS_WRITE, false);
	arm_write_slow(c, va, 8, v.q[0], 0);
	arm_write_slow(c, va + 8, 8, v.q[1], 0);
}

/* The elements' alignment is checked when they are written: the first one fails then. */
void arm_probe_write(struct arm *c, u64 va, unsigned bytes)
{
	unsigned left = bytes;

	for (u64 at = va; left;) {
		unsigned n = in_page(at, left);

		resolve_page(c, at, ACCESS_WRITE, 0, true);
		at += n;
		left -= n;
	}
	if (unlikely(c->watch))
		arm_watch(c, va, bytes, ACCESS_WRITE, false);
}

u64 arm_phys(struct arm *c, u64 va, unsigned bytes, bool write)
{
	enum access access = write ? ACCESS_WRITE : ACCESS_READ;

	if (unlikely(va & (bytes - 1)))
		abort_status(c, va, access, FSC_ALIGNMENT, 0);
	return resolve_page(c, va, access, 0, true);
}

void arm_probe_cache(struct arm *c, u64 va, bool write)
{
	struct arm_fault fault;
	struct arm_page page;

	if (likely(!write && tlb_reads(&c->cpu.tlb, va, 1)))
		return;
	/* At EL1 and above rights do not matter (D8.4.8), but for DC IVAC (C5.3, there): nothing of this may enter
	 * the TLB. */
	if (!arm_walk_as(c, va, write ? ACCESS_WRITE : ACCESS_READ, arm_plain_view(c), c->el,
		    WALK_PEEK | (c->el && !write ? WALK_ANY : 0), &page, &fault))
		arm_abort_cache(c, va, write ? ACCESS_WRITE : ACCESS_READ, &fault);
}

/* A set of stores; Device memory cannot be zeroed so (C6.2, DC ZVA). */
void arm_zero_block(struct arm *c, u64 va, unsigned bytes)
{
	u64 la = data_address(c, va), pa;
	const struct tlb_entry *e = entry_of(c, la, view_of(c, 0));

	assert(bytes <= RAM_PAGE_SIZE && !(va & (bytes - 1)));
	if (unlikely(e->write != (la & TLB_PAGE) || c->watch)) {
		pa = resolve_page(c, va, ACCESS_WRITE, 0, false);
		if (unlikely(c->watch))
			arm_watch(c, va, bytes, ACCESS_WRITE, false);
		if (e->write != (la & TLB_PAGE)) {
			for (unsigned n = 0; n < bytes; n += 4)
				space_write(c->cpu.memory, pa + n, 4, 0);
			return;
		}
	}
	memset((u8 *)(e->addend + (uintptr_t)la), 0, bytes);
}

/* ---- instruction fetch ----------------------------------------------------------------------------------------- */

bool arm_page_guarded(struct arm *c, u64 pc)
{
	const struct tlb_extra *x = tlb_find(&c->cpu.tlb, pc, c->cpu.tlb.mode);

	return x && (x->allowed & PAGE_GUARDED);
}

void arm_fetch(struct cpu *cpu, u64 pc, struct fetch *out)
{
	struct arm *c = arm_from(cpu);
	struct regime r = arm_regime_of(c, c->el);
	u64 la = arm_untag(c, &r, pc, true), left = RAM_PAGE_SIZE - (la & ~TLB_PAGE);
	const struct flat *f;
	struct place p;

	if (unlikely(pc & 3)) /* before anything that translation finds: D1.3.5.5 */
		arm_raise_far(c, EC_PC_ALIGN, 0, pc, 0);
	p = translate(c, pc, la, ACCESS_FETCH, cpu->tlb.mode, 0);
	f = space_find(cpu->memory, p.phys);
	if (unlikely(!f))
		abort_status(c, pc, ACCESS_FETCH, FSC_EXTERNAL, 0);
	out->phys = p.phys;
	if (likely(f->region->kind != REGION_IO)) {
		out->ram = f->region->ram;
		out->ram_off = f->region->ram_off + (p.phys - f->region->base);
		out->code = out->ram->host + out->ram_off;
		out->avail = (unsigned)min_u64(left, f->last - p.phys + 1);
	} else {
		out->ram = NULL;
		out->ram_off = 0;
		out->code = c->fetch_bytes;
		out->avail = 4;
		store_le32(c->fetch_bytes, (u32)space_read(cpu->memory, p.phys, 4));
	}
	if (unlikely(p.allowed & PAGE_GUARDED))
		arm_check_landing(c, pc, load_le32(out->code));
}
