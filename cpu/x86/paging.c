/* SPDX-License-Identifier: MIT */
/* Page walks of all four kinds: none, 32-bit (with 4 MiB and 36-bit pages), PAE and 4-level. Intel SDM vol. 3,
 * chapter 4; access rights 4.6, page faults 4.7, accessed and dirty flags 4.8, caching of translations 4.10. */
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

enum { PTE_P = 1, PTE_W = 2, PTE_U = 4, PTE_A = 32, PTE_D = 64, PTE_PS = 128, PTE_G = 256 };
#define PTE_NX   BIT(63)
#define PTE_ADDR 0xffffffffff000ull /* bits 51:12 */

struct walk {
	u64 la;
	unsigned n;
	struct {
		u64 addr, entry;
	} step[4];
	unsigned bytes; /* of an entry */
	bool w, u, nx;  /* combined over all levels */
	u64 span, phys;
	u32 error; /* PF_P and PF_RSVD */
};

u64 x86_tlb_key(const struct x86 *c)
{
	return c->cr4 & CR4_PCIDE ? c->cr3 & 0xfff : 0;
}

u64 x86_phys_read(struct x86 *c, u64 pa, unsigned bytes)
{
	return space_read(c->cpu.memory, pa & c->a20_mask, bytes);
}

void x86_phys_write(struct x86 *c, u64 pa, unsigned bytes, u64 value)
{
	space_write(c->cpu.memory, pa & c->a20_mask, bytes, value);
}

static bool nx_enabled(const struct x86 *c)
{
	return (c->efer & EFER_NXE) && (c->cr4 & CR4_PAE);
}

/* ---- the structures ------------------------------------------------------------------------------ */

/* Reads one entry and notes it; false if it ends the walk with a fault. */
static bool step(struct x86 *c, struct walk *w, u64 addr, u64 reserved)
{
	u64 e = x86_phys_read(c, addr, w->bytes);

	w->step[w->n].addr = addr;
	w->step[w->n++].entry = e;
	if (!(e & PTE_P)) {
		w->error = 0;
		return false;
	}
	if (e & reserved) {
		w->error = PF_P | PF_RSVD;
		return false;
	}
	w->w = w->w && (e & PTE_W);
	w->u = w->u && (e & PTE_U);
	w->nx = w->nx || (e & PTE_NX);
	return true;
}

static void leaf(struct walk *w, u64 base, unsigned shift)
{
	w->span = 1ull << shift;
	w->phys = (base & ~(w->span - 1)) | (w->la & (w->span - 1) & TLB_PAGE);
}

/* SDM vol. 3, figures 4-4 and tables 4-4 to 4-6. */
static bool walk32(struct x86 *c, struct walk *w)
{
	u64 addr = (c->cr3 & 0xfffff000) + (w->la >> 22 & 0x3ff) * 4, e;

	w->bytes = 4;
	if (!step(c, w, addr, 0))
		return false;
	e = w->step[0].entry;
	if ((e & PTE_PS) && (c->cr4 & CR4_PSE)) {
		/* bits 20:13 are address bits 39:32 (PSE-36 with MAXPHYADDR 40), bit 21 is reserved */
		if (e & BIT(21)) {
			w->error = PF_P | PF_RSVD;
			return false;
		}
		leaf(w, (e & 0xffc00000) | (e >> 13 & 0xff) << 32, 22);
		return true;
	}
	if (!step(c, w, (e & 0xfffff000) + (w->la >> 12 & 0x3ff) * 4, 0))
		return false;
	leaf(w, w->step[1].entry & 0xfffff000, 12);
	return true;
}

/* PAE below its PDPTEs (4.4.2), and 4-level (4.5). */
static bool walk64(struct x86 *c, struct walk *w, u64 table, unsigned shift)
{
	u64 always = (nx_enabled(c) ? 0 : PTE_NX) | (PTE_ADDR & ~mask_low(X86_PHYS_BITS));

	if (!x86_long(c))
		always |= bits(~0ull, 0, 11) << 52;
	w->bytes = 8;
	for (;; shift -= 9) {
		u64 reserved = always, e;

		if (shift == 39 || (shift == 30 && !x86_has(c, FEAT_PDPE1GB)))
			reserved |= PTE_PS;
		if (!step(c, w, (table & PTE_ADDR) + (w->la >> shift & 0x1ff) * 8, reserved))
			return false;
		e = w->step[w->n - 1].entry;
		if (shift > 12 && !(e & PTE_PS)) {
			table = e;
			continue;
		}
		if (shift > 12 && (e & (mask_low(shift) & ~mask_low(13)))) {
			w->error = PF_P | PF_RSVD;
			return false;
		}
		leaf(w, e & PTE_ADDR, shift);
		return true;
	}
}

static bool walk_tables(struct x86 *c, struct walk *w)
{
	w->w = w->u = true;
	if (x86_long(c))
		return walk64(c, w, c->cr3, 39);
	if (c->cr4 & CR4_PAE) {
		u64 pdpte = c->pdpte[w->la >> 30 & 3];

		return (pdpte & PTE_P) && walk64(c, w, pdpte, 21);
	}
	return walk32(c, w);
}

bool x86_load_pdptes(struct x86 *c, u64 cr3)
{
	u64 e[4];

	for (unsigned n = 0; n < 4; n++) {
		e[n] = x86_phys_read(c, (cr3 & 0xffffffe0) + n * 8, 8);
		if ((e[n] & PTE_P) && (e[n] & (0x1e6 | ~mask_low(X86_PHYS_BITS))))
			return false;
	}
	memcpy(c->pdpte, e, sizeof(e));
	return true;
}

/* ---- rights -------------------------------------------------------------------------------------- */

/* SDM vol. 3, 4.6.1 and 4.6.2. */
static bool allowed(const struct x86 *c, const struct walk *w, enum access access, unsigned view)
{
	if (access == ACCESS_FETCH && w->nx)
		return false;
	if (view == VIEW_USER)
		return w->u && (access != ACCESS_WRITE || w->w);
	if (access == ACCESS_FETCH)
		return !(w->u && (c->cr4 & CR4_SMEP));
	if (w->u && view == VIEW_SUPER && (c->cr4 & CR4_SMAP))
		return false;
	return access != ACCESS_WRITE || w->w || !(c->cr0 & CR0_WP);
}

static void set_accessed(struct x86 *c, struct walk *w, bool write)
{
	for (unsigned n = 0; n < w->n; n++) {
		u64 e = w->step[n].entry | PTE_A;

		if (write && n == w->n - 1)
			e |= PTE_D;
		if (e != w->step[n].entry)
			x86_phys_write(c, w->step[n].addr, w->bytes, e);
		w->step[n].entry = e;
	}
}

void x86_walk(struct x86 *c, u64 la, enum access access, unsigned view, struct x86_page *out)
{
	struct walk w = {.la = la};
	u64 e;

	if (!(c->cr0 & CR0_PG)) {
		*out = (struct x86_page){la & TLB_PAGE & c->a20_mask, RAM_PAGE_SIZE, false, true, true, true};
		return;
	}
	if (walk_tables(c, &w)) {
		w.error = PF_P;
		if (allowed(c, &w, access, view))
			w.error = ~0u;
	}
	if (w.error != ~0u) {
		u32 error = w.error | (access == ACCESS_WRITE ? PF_W : 0) | (view == VIEW_USER ? PF_U : 0);

		if (access == ACCESS_FETCH && (nx_enabled(c) || (c->cr4 & CR4_SMEP)))
			error |= PF_I;
		x86_raise_pf(c, la, error);
	}
	set_accessed(c, &w, access == ACCESS_WRITE);
	e = w.step[w.n - 1].entry;
	out->phys = w.phys & c->a20_mask;
	out->span = w.span;
	out->global = (e & PTE_G) && (c->cr4 & CR4_PGE);
	out->read = allowed(c, &w, ACCESS_READ, view);
	out->write = (e & PTE_D) && allowed(c, &w, ACCESS_WRITE, view);
	out->fetch = allowed(c, &w, ACCESS_FETCH, view);
}

bool x86_peek(struct x86 *c, u64 la, u64 *phys)
{
	struct walk w = {.la = la};

	if (!(c->cr0 & CR0_PG)) {
		*phys = la & c->a20_mask;
		return true;
	}
	if (!walk_tables(c, &w))
		return false;
	*phys = (w.phys | (la & ~TLB_PAGE)) & c->a20_mask;
	return true;
}

/* ---- CR3 ----------------------------------------------------------------------------------------- */

void x86_set_cr3(struct x86 *c, u64 value, bool keep)
{
	c->cr3 = value;
	if (!keep)
		tlb_flush_context(&c->cpu.tlb, x86_tlb_key(c), c->cr4 & CR4_PGE);
	tlb_select(&c->cpu.tlb, x86_tlb_key(c), x86_view_now(c));
	cpu_end_block(&c->cpu);
}
