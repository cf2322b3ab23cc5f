/* SPDX-License-Identifier: MIT */
/* Debug registers: MOV DR, breakpoints on data and ports, INT1. Nothing here costs anything while DR7 enables
 * nothing: execution breakpoints single-step (boundary.c), pages with data breakpoints miss the TLB (access.c).
 * Intel SDM vol. 3, chapter 17.2 and 17.3. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"

enum { BP_EXEC, BP_WRITE, BP_IO, BP_RW };
#define DR6_BD (1u << 13)
#define DR6_FIXED 0xffff0ff0ull
#define DR7_GD (1u << 13)

static bool enabled(const struct x86 *c, unsigned n)
{
	return c->dr[7] >> (2 * n) & 3;
}

static unsigned kind_of(const struct x86 *c, unsigned n)
{
	return c->dr[7] >> (16 + 4 * n) & 3;
}

static u64 length_of(const struct x86 *c, unsigned n)
{
	static const u8 length[] = { 1, 2, 8, 4 };

	return length[c->dr[7] >> (18 + 4 * n) & 3];
}

static u64 address_of(const struct x86 *c, unsigned n)
{
	return c->dr[n] & ~(length_of(c, n) - 1);
}

static bool overlaps(const struct x86 *c, unsigned n, u64 la, u64 len)
{
	u64 from = address_of(c, n);

	return from < la + len && la < from + length_of(c, n);
}

bool x86_page_watched(const struct x86 *c, u64 la)
{
	for (unsigned n = 0; n < 4; n++) {
		if (enabled(c, n) && (kind_of(c, n) & 1) && ((address_of(c, n) ^ la) & TLB_PAGE) == 0)
			return true;
	}
	return false;
}

static void trap(struct x86 *c, u32 bits)
{
	if (!bits)
		return;
	c->dr6_pending |= bits;
	c->trap_db = 1;
	cpu_kick(&c->cpu, EVENT_TRAP);
}

void x86_watch(struct x86 *c, u64 la, unsigned n, enum access access)
{
	u32 bits = 0;

	for (unsigned k = 0; k < 4; k++) {
		unsigned kind = kind_of(c, k);

		if (!enabled(c, k) || !(kind == BP_RW || (kind == BP_WRITE && access == ACCESS_WRITE)))
			continue;
		if (overlaps(c, k, la, n))
			bits |= 1u << k;
	}
	trap(c, bits);
}

void x86_watch_port(struct x86 *c, u16 port, unsigned n)
{
	u32 bits = 0;

	for (unsigned k = 0; (c->cr4 & CR4_DE) && k < 4; k++) {
		if (enabled(c, k) && kind_of(c, k) == BP_IO && overlaps(c, k, port, n))
			bits |= 1u << k;
	}
	trap(c, bits);
}

u32 x86_exec_breakpoint(const struct x86 *c, u64 la)
{
	u32 bits = 0;

	for (unsigned k = 0; k < 4; k++) {
		if (enabled(c, k) && kind_of(c, k) == BP_EXEC && c->dr[k] == la)
			bits |= 1u << k;
	}
	return bits;
}

void x86_debug_changed(struct x86 *c)
{
	bool watch = false;

	for (unsigned n = 0; n < 4; n++)
		watch = watch || (enabled(c, n) && (kind_of(c, n) & 1));
	if (watch || c->watch)
		cpu_flush_tlb(&c->cpu);
	c->watch = watch;
	x86_rearm(c);
}

/* ---- MOV DR -------------------------------------------------------------------------------------- */

/* Order of checks: SDM vol. 2, MOV to/from debug registers; general detect: vol. 3, 17.2.4. */
static unsigned check_dr(struct x86 *c, const struct insn *i)
{
	unsigned n = i->f[F_REG];

	if (n > 7)
		x86_ud(c);
	if (n == 4 || n == 5) {
		if (c->cr4 & CR4_DE)
			x86_ud(c);
		n += 2;
	}
	if (c->cpl)
		x86_gp(c, 0);
	if (c->dr[7] & DR7_GD) {
		c->dr[6] |= DR6_BD;
		x86_raise(c, X_DB);
	}
	return n;
}

static void mov_from_dr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned n = check_dr(c, i);

	x86_set_reg(c, i->f[F_RM], i->size, c->dr[n]);
}

static void mov_to_dr(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned n = check_dr(c, i);
	u64 v = x86_get_reg(c, i->f[F_RM], i->size);

	if (n >= 6 && v >> 32)
		x86_gp(c, 0);
	if (n == 6)
		c->dr[6] = (v & 0xe00f) | DR6_FIXED;
	else if (n == 7)
		c->dr[7] = (v & 0xffff23ff) | 0x400;
	else
		c->dr[n] = v;
	if (n != 6)
		x86_debug_changed(c);
	cpu_end_block(cpu);
}

static const struct insn_row rows[] = {
	{ .enc = "0F 21 /r", .text = "mov Ry,Dy", .exec = SIZES1(mov_from_dr), .attr = FORCE64 | CPL0 },
	{ .enc = "0F 23 /r", .text = "mov Dy,Ry", .exec = SIZES1(mov_to_dr), .attr = FORCE64 | CPL0 | ENDS_BLOCK },
};

const struct insn_group x86_group_debug = {
	"debug", rows, countof(rows), "Intel SDM vol. 2: MOV (debug registers)",
};
