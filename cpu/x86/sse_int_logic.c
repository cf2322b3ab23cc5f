/* SPDX-License-Identifier: MIT */
/* Bitwise logic, comparisons and shifts of packed integers on MMX and XMM registers, and the tests of whole registers
 * (PMOVMSKB, PTEST). SDM vol. 2, PAND to PXOR. */
#include "cpu/x86/vec_exec.h"

SIZED_LANES(pand, lanes_and, 64)
SIZED_LANES(pandn, lanes_andn, 64)
SIZED_LANES(por, lanes_or, 64)
SIZED_LANES(pxor, lanes_xor, 64)
SIZED_LANES(pcmpeqb, lanes_equal, 8)
SIZED_LANES(pcmpeqw, lanes_equal, 16)
SIZED_LANES(pcmpeqd, lanes_equal, 32)
SIZED_LANES(pcmpgtb, lanes_greater, 8)
SIZED_LANES(pcmpgtw, lanes_greater, 16)
SIZED_LANES(pcmpgtd, lanes_greater, 32)
SIZED_RM(pcmpeqq_v, xmm_lanes, lanes_equal, 64)
SIZED_RM(pcmpgtq_v, xmm_lanes, lanes_greater, 64)

/* ANDPS and its kin: the type of the elements does not matter. */
SIZED_RM(andps, xmm_lanes, lanes_and, 64)
SIZED_RM(andnps, xmm_lanes, lanes_andn, 64)
SIZED_RM(orps, xmm_lanes, lanes_or, 64)
SIZED_RM(xorps, xmm_lanes, lanes_xor, 64)

/* ---- shifts -------------------------------------------------------------------------------------------- */

/* The count is the low 64 bits of the source; anything above the width clears (or fills with signs). */
ALWAYS_INLINE void mmx_shift(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned), unsigned w)
{
	x86_mmx_check(c);
	u64 count = mmx_get_e(c, i, mem, 8);

	mmx_set(c, i->f[F_REG], f(mmx_get(c, i->f[F_REG]), count, w));
}

ALWAYS_INLINE void xmm_shift(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned), unsigned w)
{
	x86_sse_check(c);
	u64 count = xmm_get_e(c, i, mem).q[0];
	struct xmm a = xmm_get(c, i->f[F_REG]);

	xmm_set(c, i->f[F_REG], xmm_make(f(a.q[0], count, w), f(a.q[1], count, w)));
}

ALWAYS_INLINE void mmx_shift_imm(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned),
	unsigned w)
{
	(void)mem;
	x86_mmx_check(c);
	mmx_set(c, i->f[F_RM], f(mmx_get(c, i->f[F_RM]), (u8)i->imm32, w));
}

ALWAYS_INLINE void xmm_shift_imm(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned),
	unsigned w)
{
	struct xmm a = xmm_get(c, i->f[F_RM]);
	u8 count = (u8)i->imm32;

	(void)mem;
	x86_sse_check(c);
	xmm_set(c, i->f[F_RM], xmm_make(f(a.q[0], count, w), f(a.q[1], count, w)));
}

#define SIZED_SHIFT(name, ...) \
	SIZED_RM(name##_p, mmx_shift, __VA_ARGS__) \
	SIZED_RM(name##_v, xmm_shift, __VA_ARGS__) \
	SIZED_FORM(name##_pi, mmx_shift_imm, false, __VA_ARGS__) \
	SIZED_FORM(name##_vi, xmm_shift_imm, false, __VA_ARGS__)

SIZED_SHIFT(psllw, lanes_shl, 16)
SIZED_SHIFT(pslld, lanes_shl, 32)
SIZED_SHIFT(psllq, lanes_shl, 64)
SIZED_SHIFT(psrlw, lanes_shr, 16)
SIZED_SHIFT(psrld, lanes_shr, 32)
SIZED_SHIFT(psrlq, lanes_shr, 64)
SIZED_SHIFT(psraw, lanes_sar, 16)
SIZED_SHIFT(psrad, lanes_sar, 32)

/* PSLLDQ, PSRLDQ: the whole register by bytes. */
static struct xmm shift_bytes_left(struct xmm a, unsigned n)
{
	if (n >= 8)
		return n < 16 ? xmm_make(0, a.q[0] << (n - 8) * 8) : xmm_make(0, 0);
	return xmm_make(a.q[0] << n * 8, n ? a.q[1] << n * 8 | a.q[0] >> (64 - n * 8) : a.q[1]);
}

static struct xmm shift_bytes_right(struct xmm a, unsigned n)
{
	return xmm_make(lanes_extract(a.q[0], a.q[1], n * 8), lanes_extract(a.q[1], 0, n * 8));
}

ALWAYS_INLINE void xmm_shift_bytes(struct x86 *c, const struct insn *i, bool mem, struct xmm (*f)(struct xmm, unsigned))
{
	(void)mem;
	x86_sse_check(c);
	xmm_set(c, i->f[F_RM], f(xmm_get(c, i->f[F_RM]), (u8)i->imm32));
}
SIZED_FORM(pslldq, xmm_shift_bytes, false, shift_bytes_left)
SIZED_FORM(psrldq, xmm_shift_bytes, false, shift_bytes_right)

/* ---- tests --------------------------------------------------------------------------------------------- */

static void pmovmskb_p(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_mmx_check(c);
	mmx_enter(c);
	c->r[i->f[F_REG]] = lanes_byte_mask(mmx_get(c, i->f[F_RM]));
}

static void pmovmskb_v(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct xmm a = xmm_get(c, i->f[F_RM]);

	x86_sse_check(c);
	c->r[i->f[F_REG]] = lanes_byte_mask(a.q[0]) | lanes_byte_mask(a.q[1]) << 8;
}

/* ZF: a AND b is zero; CF: b AND NOT a is zero. */
ALWAYS_INLINE void xmm_test(struct x86 *c, const struct insn *i, bool mem, u64 sign_bits)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem), a = xmm_get(c, i->f[F_REG]);
	bool zf = !((a.q[0] & b.q[0] & sign_bits) | (a.q[1] & b.q[1] & sign_bits));
	bool cf = !((~a.q[0] & b.q[0] & sign_bits) | (~a.q[1] & b.q[1] & sign_bits));

	x86_set_oszapc(c, (zf ? FL_ZF : 0) | (cf ? FL_CF : 0));
}
SIZED_RM(ptest, xmm_test, ~0ull)

static const struct insn_row rows[] = {
	{"NP 0F DB /r", "pand Pq,Qq", SIZES_RM(pand_p), .feature = FEAT_MMX},
	{"66 0F DB /r", "pand Vdq,Wdq", SIZES_RM(pand_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F DF /r", "pandn Pq,Qq", SIZES_RM(pandn_p), .feature = FEAT_MMX},
	{"66 0F DF /r", "pandn Vdq,Wdq", SIZES_RM(pandn_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F EB /r", "por Pq,Qq", SIZES_RM(por_p), .feature = FEAT_MMX},
	{"66 0F EB /r", "por Vdq,Wdq", SIZES_RM(por_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F EF /r", "pxor Pq,Qq", SIZES_RM(pxor_p), .feature = FEAT_MMX},
	{"66 0F EF /r", "pxor Vdq,Wdq", SIZES_RM(pxor_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 74 /r", "pcmpeqb Pq,Qq", SIZES_RM(pcmpeqb_p), .feature = FEAT_MMX},
	{"66 0F 74 /r", "pcmpeqb Vdq,Wdq", SIZES_RM(pcmpeqb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 75 /r", "pcmpeqw Pq,Qq", SIZES_RM(pcmpeqw_p), .feature = FEAT_MMX},
	{"66 0F 75 /r", "pcmpeqw Vdq,Wdq", SIZES_RM(pcmpeqw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 76 /r", "pcmpeqd Pq,Qq", SIZES_RM(pcmpeqd_p), .feature = FEAT_MMX},
	{"66 0F 76 /r", "pcmpeqd Vdq,Wdq", SIZES_RM(pcmpeqd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 64 /r", "pcmpgtb Pq,Qq", SIZES_RM(pcmpgtb_p), .feature = FEAT_MMX},
	{"66 0F 64 /r", "pcmpgtb Vdq,Wdq", SIZES_RM(pcmpgtb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 65 /r", "pcmpgtw Pq,Qq", SIZES_RM(pcmpgtw_p), .feature = FEAT_MMX},
	{"66 0F 65 /r", "pcmpgtw Vdq,Wdq", SIZES_RM(pcmpgtw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 66 /r", "pcmpgtd Pq,Qq", SIZES_RM(pcmpgtd_p), .feature = FEAT_MMX},
	{"66 0F 66 /r", "pcmpgtd Vdq,Wdq", SIZES_RM(pcmpgtd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 38 29 /r", "pcmpeqq Vdq,Wdq", SIZES_RM(pcmpeqq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 37 /r", "pcmpgtq Vdq,Wdq", SIZES_RM(pcmpgtq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE42},
	{"NP 0F 54 /r", "andps Vdq,Wdq", SIZES_RM(andps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 54 /r", "andpd Vdq,Wdq", SIZES_RM(andps), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 55 /r", "andnps Vdq,Wdq", SIZES_RM(andnps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 55 /r", "andnpd Vdq,Wdq", SIZES_RM(andnps), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 56 /r", "orps Vdq,Wdq", SIZES_RM(orps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 56 /r", "orpd Vdq,Wdq", SIZES_RM(orps), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 57 /r", "xorps Vdq,Wdq", SIZES_RM(xorps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 57 /r", "xorpd Vdq,Wdq", SIZES_RM(xorps), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F F1 /r", "psllw Pq,Qq", SIZES_RM(psllw_p), .feature = FEAT_MMX},
	{"66 0F F1 /r", "psllw Vdq,Wdq", SIZES_RM(psllw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F F2 /r", "pslld Pq,Qq", SIZES_RM(pslld_p), .feature = FEAT_MMX},
	{"66 0F F2 /r", "pslld Vdq,Wdq", SIZES_RM(pslld_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F F3 /r", "psllq Pq,Qq", SIZES_RM(psllq_p), .feature = FEAT_MMX},
	{"66 0F F3 /r", "psllq Vdq,Wdq", SIZES_RM(psllq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F D1 /r", "psrlw Pq,Qq", SIZES_RM(psrlw_p), .feature = FEAT_MMX},
	{"66 0F D1 /r", "psrlw Vdq,Wdq", SIZES_RM(psrlw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F D2 /r", "psrld Pq,Qq", SIZES_RM(psrld_p), .feature = FEAT_MMX},
	{"66 0F D2 /r", "psrld Vdq,Wdq", SIZES_RM(psrld_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F D3 /r", "psrlq Pq,Qq", SIZES_RM(psrlq_p), .feature = FEAT_MMX},
	{"66 0F D3 /r", "psrlq Vdq,Wdq", SIZES_RM(psrlq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F E1 /r", "psraw Pq,Qq", SIZES_RM(psraw_p), .feature = FEAT_MMX},
	{"66 0F E1 /r", "psraw Vdq,Wdq", SIZES_RM(psraw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F E2 /r", "psrad Pq,Qq", SIZES_RM(psrad_p), .feature = FEAT_MMX},
	{"66 0F E2 /r", "psrad Vdq,Wdq", SIZES_RM(psrad_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 71 /6 ib", "psllw Nq,Ib", SIZES1(psllw_pi), .feature = FEAT_MMX},
	{"66 0F 71 /6 ib", "psllw Udq,Ib", SIZES1(psllw_vi), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 72 /6 ib", "pslld Nq,Ib", SIZES1(pslld_pi), .feature = FEAT_MMX},
	{"66 0F 72 /6 ib", "pslld Udq,Ib", SIZES1(pslld_vi), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 73 /6 ib", "psllq Nq,Ib", SIZES1(psllq_pi), .feature = FEAT_MMX},
	{"66 0F 73 /6 ib", "psllq Udq,Ib", SIZES1(psllq_vi), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 71 /2 ib", "psrlw Nq,Ib", SIZES1(psrlw_pi), .feature = FEAT_MMX},
	{"66 0F 71 /2 ib", "psrlw Udq,Ib", SIZES1(psrlw_vi), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 72 /2 ib", "psrld Nq,Ib", SIZES1(psrld_pi), .feature = FEAT_MMX},
	{"66 0F 72 /2 ib", "psrld Udq,Ib", SIZES1(psrld_vi), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 73 /2 ib", "psrlq Nq,Ib", SIZES1(psrlq_pi), .feature = FEAT_MMX},
	{"66 0F 73 /2 ib", "psrlq Udq,Ib", SIZES1(psrlq_vi), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 71 /4 ib", "psraw Nq,Ib", SIZES1(psraw_pi), .feature = FEAT_MMX},
	{"66 0F 71 /4 ib", "psraw Udq,Ib", SIZES1(psraw_vi), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 72 /4 ib", "psrad Nq,Ib", SIZES1(psrad_pi), .feature = FEAT_MMX},
	{"66 0F 72 /4 ib", "psrad Udq,Ib", SIZES1(psrad_vi), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 73 /7 ib", "pslldq Udq,Ib", SIZES1(pslldq), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 73 /3 ib", "psrldq Udq,Ib", SIZES1(psrldq), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F D7 /r", "pmovmskb Gd,Nq", SIZES1(pmovmskb_p), .feature = FEAT_SSE},
	{"66 0F D7 /r", "pmovmskb Gd,Udq", SIZES1(pmovmskb_v), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 38 17 /r", "ptest Vdq,Wdq", SIZES_RM(ptest), .attr = SSE | ALIGN16, .feature = FEAT_SSE41,
	 .flags_out = FL_OSZAPC},
};

const struct insn_group x86_group_sse_int_logic = {
	"sse_int_logic", rows, countof(rows),
	"Intel SDM vol. 2: ANDNPS ANDPS ORPS PAND PANDN PCMPEQ PCMPGT PMOVMSKB POR PSLL PSRA PSRL PTEST PXOR XORPS",
};
