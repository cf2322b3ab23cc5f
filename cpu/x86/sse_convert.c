/* SPDX-License-Identifier: MIT */
/* SSE conversions between single, double and integers, in XMM, MMX and general registers. Out of range gives the
 * integer indefinite and #IE alone. SDM vol. 2, CVTDQ2PD to CVTTSS2SI; vol. 1, 4.8.4 and 11.4.1.6. */
#include "cpu/x86/sse_env.h"

/* How a conversion to an integer rounds. */
enum { ROUND_MXCSR, ROUND_TRUNCATE };

ALWAYS_INLINE unsigned convert_mode(const struct fp_env *e, unsigned how)
{
	return how == ROUND_TRUNCATE ? FP_ZERO : e->round;
}

ALWAYS_INLINE u64 join(u64 low, u64 high)
{
	return (u32)low | high << 32;
}

/* ---- words of two elements ----------------------------------------------------------------------------- */

ALWAYS_INLINE u64 dwords_from_f32(u64 a, unsigned how, struct fp_env *e)
{
	u32 low = (u32)f32_to_s32((u32)a, convert_mode(e, how), e);

	return join(low, (u32)f32_to_s32((u32)(a >> 32), convert_mode(e, how), e));
}

ALWAYS_INLINE u64 dwords_from_f64(struct xmm a, unsigned how, struct fp_env *e)
{
	u32 low = (u32)f64_to_s32(a.q[0], convert_mode(e, how), e);

	return join(low, (u32)f64_to_s32(a.q[1], convert_mode(e, how), e));
}

ALWAYS_INLINE u64 f32_from_dwords(u64 a, unsigned how, struct fp_env *e)
{
	u32 low = f32_from_s64((s32)a, e);

	(void)how;
	return join(low, f32_from_s64((s32)(a >> 32), e));
}

ALWAYS_INLINE u64 f32_from_f64_pair(struct xmm a, unsigned how, struct fp_env *e)
{
	u32 low = f64_to_f32(a.q[0], e);

	(void)how;
	return join(low, f64_to_f32(a.q[1], e));
}

ALWAYS_INLINE struct xmm f64_from_dwords(u64 a, unsigned how, struct fp_env *e)
{
	u64 low = f64_from_s64((s32)a, e);

	(void)how;
	return xmm_make(low, f64_from_s64((s32)(a >> 32), e));
}

ALWAYS_INLINE struct xmm f64_from_f32_pair(u64 a, unsigned how, struct fp_env *e)
{
	u64 low = f32_to_f64((u32)a, e);

	(void)how;
	return xmm_make(low, f32_to_f64((u32)(a >> 32), e));
}

/* ---- packed: same width, narrowing (upper half cleared), widening (source of 64 bits) ------------------ */

ALWAYS_INLINE void sse_convert(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, unsigned, struct fp_env *),
	unsigned how)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);
	struct fp_env e;

	sse_begin(c, &e);
	b.q[0] = f(b.q[0], how, &e);
	b.q[1] = f(b.q[1], how, &e);
	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], b);
}
SIZED_RM(cvtdq2ps, sse_convert, f32_from_dwords, ROUND_MXCSR)
SIZED_RM(cvtps2dq, sse_convert, dwords_from_f32, ROUND_MXCSR)
SIZED_RM(cvttps2dq, sse_convert, dwords_from_f32, ROUND_TRUNCATE)

ALWAYS_INLINE void sse_narrow(struct x86 *c, const struct insn *i, bool mem,
	u64 (*f)(struct xmm, unsigned, struct fp_env *), unsigned how)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);
	struct fp_env e;

	sse_begin(c, &e);
	u64 r = f(b, how, &e);

	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], xmm_make(r, 0));
}
SIZED_RM(cvtpd2ps, sse_narrow, f32_from_f64_pair, ROUND_MXCSR)
SIZED_RM(cvtpd2dq, sse_narrow, dwords_from_f64, ROUND_MXCSR)
SIZED_RM(cvttpd2dq, sse_narrow, dwords_from_f64, ROUND_TRUNCATE)

ALWAYS_INLINE void sse_widen(struct x86 *c, const struct insn *i, bool mem,
	struct xmm (*f)(u64, unsigned, struct fp_env *), unsigned how)
{
	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, 8);
	struct fp_env e;

	sse_begin(c, &e);
	struct xmm r = f(b, how, &e);

	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], r);
}
SIZED_RM(cvtps2pd, sse_widen, f64_from_f32_pair, ROUND_MXCSR)
SIZED_RM(cvtdq2pd, sse_widen, f64_from_dwords, ROUND_MXCSR)

/* ---- scalars ------------------------------------------------------------------------------------------- */

ALWAYS_INLINE void sse_ss_to_sd(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, bytes);
	struct fp_env e;

	sse_begin(c, &e);
	u64 r = f32_to_f64((u32)b, &e);

	sse_end(c, &e);
	c->v[i->f[F_REG]].q[0] = r;
}

ALWAYS_INLINE void sse_sd_to_ss(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, bytes);
	struct fp_env e;

	sse_begin(c, &e);
	u32 r = f64_to_f32(b, &e);

	sse_end(c, &e);
	lane_set(c->v[i->f[F_REG]].q, 0, 32, r);
}
SIZED_RM(cvtss2sd, sse_ss_to_sd, 4)
SIZED_RM(cvtsd2ss, sse_sd_to_ss, 8)

/* With a general register or memory: once for 32 and once for 64 bits of it. */
#define SIZED_Y(name, ...) SIZED_RM(name##_d, __VA_ARGS__, 2) SIZED_RM(name##_q, __VA_ARGS__, 3)
#define SIZES_Y(name) {name##_d_m, name##_d_m, name##_d_m, name##_q_m, name##_d_r, name##_d_r, name##_d_r, name##_q_r}

ALWAYS_INLINE void sse_ss_from_e(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	x86_sse_check(c);
	u64 b = x86_sext(x86_get_e(c, i, size, mem), size);
	struct fp_env e;

	sse_begin(c, &e);
	u32 r = f32_from_s64((s64)b, &e);

	sse_end(c, &e);
	lane_set(c->v[i->f[F_REG]].q, 0, 32, r);
}

ALWAYS_INLINE void sse_sd_from_e(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	x86_sse_check(c);
	u64 b = x86_sext(x86_get_e(c, i, size, mem), size);
	struct fp_env e;

	sse_begin(c, &e);
	u64 r = f64_from_s64((s64)b, &e);

	sse_end(c, &e);
	c->v[i->f[F_REG]].q[0] = r;
}
SIZED_Y(cvtsi2ss, sse_ss_from_e)
SIZED_Y(cvtsi2sd, sse_sd_from_e)

ALWAYS_INLINE void sse_ss_to_g(struct x86 *c, const struct insn *i, bool mem, unsigned how, unsigned size)
{
	x86_sse_check(c);
	u32 b = (u32)xmm_get_low_e(c, i, mem, 4);
	struct fp_env e;

	sse_begin(c, &e);
	unsigned mode = convert_mode(&e, how);
	u64 r = size == 3 ? (u64)f32_to_s64(b, mode, &e) : (u32)f32_to_s32(b, mode, &e);

	sse_end(c, &e);
	c->r[i->f[F_REG]] = r;
}

ALWAYS_INLINE void sse_sd_to_g(struct x86 *c, const struct insn *i, bool mem, unsigned how, unsigned size)
{
	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, 8);
	struct fp_env e;

	sse_begin(c, &e);
	unsigned mode = convert_mode(&e, how);
	u64 r = size == 3 ? (u64)f64_to_s64(b, mode, &e) : (u32)f64_to_s32(b, mode, &e);

	sse_end(c, &e);
	c->r[i->f[F_REG]] = r;
}
SIZED_Y(cvtss2si, sse_ss_to_g, ROUND_MXCSR)
SIZED_Y(cvttss2si, sse_ss_to_g, ROUND_TRUNCATE)
SIZED_Y(cvtsd2si, sse_sd_to_g, ROUND_MXCSR)
SIZED_Y(cvttsd2si, sse_sd_to_g, ROUND_TRUNCATE)

/* ---- MMX ----------------------------------------------------------------------------------------------- */

/* #UD and #NM first, then a pending x87 exception (SDM vol. 2, 2.4, and vol. 3, 12.5). */
ALWAYS_INLINE void sse_mmx_check(struct x86 *c)
{
	x86_sse_check(c);
	x86_mmx_check(c);
}

/* Only a register as the source makes it an MMX instruction as far as the x87 state goes: from memory it takes no x87
 * exceptions either (SDM vol. 2, CVTPI2PD; CVTPI2PS does the same). */
ALWAYS_INLINE void sse_pi_check(struct x86 *c, bool mem)
{
	x86_sse_check(c);
	if (!mem)
		x86_mmx_check(c);
}

ALWAYS_INLINE void sse_pi_to_ps(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	sse_pi_check(c, mem);
	u64 b = mmx_get_e(c, i, mem, bytes);
	struct fp_env e;

	sse_begin(c, &e);
	u64 r = f32_from_dwords(b, ROUND_MXCSR, &e);

	sse_end(c, &e);
	c->v[i->f[F_REG]].q[0] = r;
	if (!mem)
		mmx_enter(c);
}

ALWAYS_INLINE void sse_pi_to_pd(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	sse_pi_check(c, mem);
	u64 b = mmx_get_e(c, i, mem, bytes);
	struct fp_env e;

	sse_begin(c, &e);
	xmm_set(c, i->f[F_REG], f64_from_dwords(b, ROUND_MXCSR, &e)); /* always exact */
	if (!mem)
		mmx_enter(c);
}

ALWAYS_INLINE void sse_ps_to_pi(struct x86 *c, const struct insn *i, bool mem, unsigned how)
{
	sse_mmx_check(c);
	u64 b = xmm_get_low_e(c, i, mem, 8);
	struct fp_env e;

	sse_begin(c, &e);
	u64 r = dwords_from_f32(b, how, &e);

	sse_end(c, &e);
	mmx_set(c, i->f[F_REG], r);
}

ALWAYS_INLINE void sse_pd_to_pi(struct x86 *c, const struct insn *i, bool mem, unsigned how)
{
	sse_mmx_check(c);
	struct xmm b = xmm_get_e(c, i, mem);
	struct fp_env e;

	sse_begin(c, &e);
	u64 r = dwords_from_f64(b, how, &e);

	sse_end(c, &e);
	mmx_set(c, i->f[F_REG], r);
}
SIZED_RM(cvtpi2ps, sse_pi_to_ps, 8)
SIZED_RM(cvtpi2pd, sse_pi_to_pd, 8)
SIZED_RM(cvtps2pi, sse_ps_to_pi, ROUND_MXCSR)
SIZED_RM(cvttps2pi, sse_ps_to_pi, ROUND_TRUNCATE)
SIZED_RM(cvtpd2pi, sse_pd_to_pi, ROUND_MXCSR)
SIZED_RM(cvttpd2pi, sse_pd_to_pi, ROUND_TRUNCATE)

static const struct insn_row rows[] = {
	{"NP 0F 5A /r", "cvtps2pd Vdq,Wq", SIZES_RM(cvtps2pd), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 5A /r", "cvtpd2ps Vdq,Wdq", SIZES_RM(cvtpd2ps), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 5A /r", "cvtss2sd Vq,Wd", SIZES_RM(cvtss2sd), .attr = SSE, .feature = FEAT_SSE2},
	{"F2 0F 5A /r", "cvtsd2ss Vd,Wq", SIZES_RM(cvtsd2ss), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 5B /r", "cvtdq2ps Vdq,Wdq", SIZES_RM(cvtdq2ps), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 5B /r", "cvtps2dq Vdq,Wdq", SIZES_RM(cvtps2dq), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 5B /r", "cvttps2dq Vdq,Wdq", SIZES_RM(cvttps2dq), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F E6 /r", "cvttpd2dq Vdq,Wdq", SIZES_RM(cvttpd2dq), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F2 0F E6 /r", "cvtpd2dq Vdq,Wdq", SIZES_RM(cvtpd2dq), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F E6 /r", "cvtdq2pd Vdq,Wq", SIZES_RM(cvtdq2pd), .attr = SSE, .feature = FEAT_SSE2},
	{"F3 0F 2A /r", "cvtsi2ss Vd,Ey", SIZES_Y(cvtsi2ss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 2A /r", "cvtsi2sd Vq,Ey", SIZES_Y(cvtsi2sd), .attr = SSE, .feature = FEAT_SSE2},
	{"F3 0F 2C /r", "cvttss2si Gy,Wd", SIZES_Y(cvttss2si), .attr = SSE, .feature = FEAT_SSE},
	{"F3 0F 2D /r", "cvtss2si Gy,Wd", SIZES_Y(cvtss2si), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 2C /r", "cvttsd2si Gy,Wq", SIZES_Y(cvttsd2si), .attr = SSE, .feature = FEAT_SSE2},
	{"F2 0F 2D /r", "cvtsd2si Gy,Wq", SIZES_Y(cvtsd2si), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 2A /r", "cvtpi2ps Vq,Qq", SIZES_RM(cvtpi2ps), .attr = SSE, .feature = FEAT_SSE},
	{"66 0F 2A /r", "cvtpi2pd Vdq,Qq", SIZES_RM(cvtpi2pd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 2C /r", "cvttps2pi Pq,Wq", SIZES_RM(cvttps2pi), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F 2D /r", "cvtps2pi Pq,Wq", SIZES_RM(cvtps2pi), .attr = SSE, .feature = FEAT_SSE},
	{"66 0F 2C /r", "cvttpd2pi Pq,Wdq", SIZES_RM(cvttpd2pi), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 2D /r", "cvtpd2pi Pq,Wdq", SIZES_RM(cvtpd2pi), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
};

const struct insn_group x86_group_sse_convert = {
	"sse_convert", rows, countof(rows), "Intel SDM vol. 2: CVTDQ2PD to CVTTSS2SI",
};
