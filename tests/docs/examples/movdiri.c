/* SPDX-License-Identifier: MIT */
/* MOVDIRI, the worked example of docs/add-an-instruction.md: a store that goes around the caches, which we do not
 * model. Intel SDM vol. 2, MOVDIRI. tests/unit/examples.c decodes it, runs it and prints it. */
#include "cpu/x86/operand.h"

/* begin exec */
ALWAYS_INLINE void movdiri(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_e(c, i, size, mem, x86_get_g(c, i, size));
}
SIZED(movdiri)
/* end exec */

/* begin row */
static const struct insn_row rows[] = {
	{"NP 0F 38 F9 /r", "movdiri My,Gy", SIZES(movdiri), .feature = FEAT_NONE},
};

const struct insn_group example_group = {"example", rows, countof(rows), "Intel SDM vol. 2: MOVDIRI"};
/* end row */
