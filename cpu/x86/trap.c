/* SPDX-License-Identifier: MIT */
/* Instructions whose business is an exception: Intel SDM vol. 2, INT n/INTO/INT3/INT1, BOUND. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"

static void int_n(struct cpu *cpu, const struct insn *i)
{
	x86_soft_int(x86_from(cpu), i, (u8)i->imm32, EV_SOFT_INT, true);
}

static void int3(struct cpu *cpu, const struct insn *i)
{
	x86_soft_int(x86_from(cpu), i, X_BP, EV_SOFT_INT, false);
}

static void into(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	if (x86_of(c))
		x86_soft_int(c, i, X_OF, EV_SOFT_INT, false);
}

static void int1(struct cpu *cpu, const struct insn *i)
{
	x86_soft_int(x86_from(cpu), i, X_DB, EV_ICEBP, false);
}

/* Both bounds are signed and belong to the range. */
ALWAYS_INLINE void bound(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 ea = x86_ea(c, i);
	s64 index = (s64)x86_sext(x86_get_g(c, i, size), size);
	s64 lower = (s64)x86_sext(x86_read(c, i->f[F_SEG], ea, 1u << size), size);
	s64 upper = (s64)x86_sext(x86_read(c, i->f[F_SEG], x86_wrap_addr(i, ea + (1u << size)), 1u << size), size);

	(void)mem;
	if (index < lower || index > upper)
		x86_raise(c, X_BR);
}
SIZED(bound)

static const struct insn_row rows[] = {
	{"CC", "int3", SIZES1(int3), .attr = ENDS_BLOCK},
	{"CD ib", "int Ib", SIZES1(int_n), .attr = ENDS_BLOCK},
	{"CE", "into", SIZES1(into), .attr = ENDS_BLOCK | NO64, .flags_in = FL_OF},
	{"F1", "int1", SIZES1(int1), .attr = ENDS_BLOCK},
	{"62 /r", "bound Gv,Ma", SIZES(bound), .attr = NO64},
};

const struct insn_group x86_group_trap = {
	"trap", rows, countof(rows), "Intel SDM vol. 2: INT n INT3 INTO INT1 BOUND",
};
