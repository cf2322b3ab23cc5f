/* SPDX-License-Identifier: MIT */
/* The slow sides of vec.h: an instruction that may not run now, and 16-byte operands that cross a page, miss the TLB
 * or meet a limit. SDM vol. 2, 2.4, and vol. 3, 12.1 and 13.1. */
#include "cpu/x86/sse_env.h"
#include "cpu/x86/x87.h"

void x86_sse_unavailable(struct x86 *c)
{
	if (c->cr0 & CR0_EM || !(c->cr4 & CR4_OSFXSR))
		x86_ud(c);
	x86_raise(c, X_NM);
}

void x86_mmx_unavailable(struct x86 *c)
{
	if (c->cr0 & CR0_EM)
		x86_ud(c);
	if (c->cr0 & CR0_TS)
		x86_raise(c, X_NM);
	if (!x87_pending(c))
		x86_again(c);
}

struct xmm x86_read128_slow(struct x86 *c, unsigned seg, u64 ea)
{
	u8 b[16];

	x86_read_bytes(c, seg, ea, b, sizeof(b));
	return xmm_make(load_le64(b), load_le64(b + 8));
}

void x86_write128_slow(struct x86 *c, unsigned seg, u64 ea, struct xmm v)
{
	u8 b[16];

	store_le64(b, v.q[0]);
	store_le64(b + 8, v.q[1]);
	x86_write_bytes(c, seg, ea, b, sizeof(b));
}

void x86_sse_unmasked(struct x86 *c)
{
	if (c->cr4 & CR4_OSXMMEXCPT)
		x86_raise(c, X_XM);
	x86_ud(c);
}
