/* SPDX-License-Identifier: MIT */
/* Packed integer arithmetic on MMX and XMM registers: add, subtract, average, minimum, maximum, absolute value, sign,
 * multiply, horizontal sums. A line per instruction names what it does to a 64-bit word (lanes.h). SDM vol. 2, PABSB
 * to PSUBUSW. */
#include "cpu/x86/vec_exec.h"

SIZED_LANES(paddb, lanes_add, 8)
SIZED_LANES(paddw, lanes_add, 16)
SIZED_LANES(paddd, lanes_add, 32)
SIZED_LANES(paddq, lanes_add, 64)
SIZED_LANES(psubb, lanes_sub, 8)
SIZED_LANES(psubw, lanes_sub, 16)
SIZED_LANES(psubd, lanes_sub, 32)
SIZED_LANES(psubq, lanes_sub, 64)
SIZED_LANES(paddsb, lanes_adds, 8)
SIZED_LANES(paddsw, lanes_adds, 16)
SIZED_LANES(paddusb, lanes_addus, 8)
SIZED_LANES(paddusw, lanes_addus, 16)
SIZED_LANES(psubsb, lanes_subs, 8)
SIZED_LANES(psubsw, lanes_subs, 16)
SIZED_LANES(psubusb, lanes_subus, 8)
SIZED_LANES(psubusw, lanes_subus, 16)
SIZED_LANES(pavgb, lanes_avg, 8)
SIZED_LANES(pavgw, lanes_avg, 16)
SIZED_LANES(pminub, lanes_minu, 8)
SIZED_LANES(pmaxub, lanes_maxu, 8)
SIZED_LANES(pminsw, lanes_mins, 16)
SIZED_LANES(pmaxsw, lanes_maxs, 16)
SIZED_LANES(pabsb, lanes_abs, 8)
SIZED_LANES(pabsw, lanes_abs, 16)
SIZED_LANES(pabsd, lanes_abs, 32)
SIZED_LANES(psignb, lanes_sign, 8)
SIZED_LANES(psignw, lanes_sign, 16)
SIZED_LANES(psignd, lanes_sign, 32)
SIZED_LANES(pmullw, lanes_mull, 16)
SIZED_LANES(pmulhw, lanes_mulh, 16)
SIZED_LANES(pmulhuw, lanes_mulhu, 16)
SIZED_LANES(pmulhrsw, lanes_mulhrs, 16)
SIZED_LANES(pmuludq, lanes_muludq, 64)
SIZED_LANES(pmaddwd, lanes_maddwd, 32)
SIZED_LANES(pmaddubsw, lanes_maddubs, 16)
SIZED_LANES(psadbw, lanes_sad, 64)
SIZED_PAIRS(phaddw, lanes_hadd, 16)
SIZED_PAIRS(phaddd, lanes_hadd, 32)
SIZED_PAIRS(phaddsw, lanes_hadds, 16)
SIZED_PAIRS(phsubw, lanes_hsub, 16)
SIZED_PAIRS(phsubd, lanes_hsub, 32)
SIZED_PAIRS(phsubsw, lanes_hsubs, 16)

/* ---- SSE4.1: XMM only ---------------------------------------------------------------------------------- */

SIZED_RM(pminsb_v, xmm_lanes, lanes_mins, 8)
SIZED_RM(pminsd_v, xmm_lanes, lanes_mins, 32)
SIZED_RM(pminuw_v, xmm_lanes, lanes_minu, 16)
SIZED_RM(pminud_v, xmm_lanes, lanes_minu, 32)
SIZED_RM(pmaxsb_v, xmm_lanes, lanes_maxs, 8)
SIZED_RM(pmaxsd_v, xmm_lanes, lanes_maxs, 32)
SIZED_RM(pmaxuw_v, xmm_lanes, lanes_maxu, 16)
SIZED_RM(pmaxud_v, xmm_lanes, lanes_maxu, 32)
SIZED_RM(pmulld_v, xmm_lanes, lanes_mull, 32)
SIZED_RM(pmuldq_v, xmm_lanes, lanes_muldq, 64)

/* The smallest word and the first place where it is (SDM vol. 2, PHMINPOSUW). */
static struct xmm min_position(struct xmm a, struct xmm b)
{
	u64 best = lane_get(b.q, 0, 16), place = 0;

	(void)a;
	for (unsigned n = 1; n < 8; n++)
		if (lane_get(b.q, n, 16) < best) {
			best = lane_get(b.q, n, 16);
			place = n;
		}
	return xmm_make(best | place << 16, 0);
}
SIZED_RM(phminposuw_v, xmm_whole, min_position)

/* Eight sums of four absolute differences: four bytes of b against eleven bytes of a (SDM vol. 2, MPSADBW). */
static struct xmm sums_of_differences(struct xmm a, struct xmm b, unsigned imm)
{
	unsigned from = (imm >> 2 & 1) * 4, block = (imm & 3) * 4;
	struct xmm r = { { 0, 0 } };

	for (unsigned n = 0; n < 8; n++) {
		u64 sum = 0;

		for (unsigned k = 0; k < 4; k++) {
			u64 x = lane_get(a.q, from + n + k, 8), y = lane_get(b.q, block + k, 8);

			sum += x > y ? x - y : y - x;
		}
		lane_set(r.q, n, 16, sum);
	}
	return r;
}
SIZED_RM(mpsadbw_v, xmm_whole_imm, sums_of_differences)

static const struct insn_row rows[] = {
	{"NP 0F FC /r", "paddb Pq,Qq", SIZES_RM(paddb_p), .feature = FEAT_MMX},
	{"66 0F FC /r", "paddb Vdq,Wdq", SIZES_RM(paddb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F FD /r", "paddw Pq,Qq", SIZES_RM(paddw_p), .feature = FEAT_MMX},
	{"66 0F FD /r", "paddw Vdq,Wdq", SIZES_RM(paddw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F FE /r", "paddd Pq,Qq", SIZES_RM(paddd_p), .feature = FEAT_MMX},
	{"66 0F FE /r", "paddd Vdq,Wdq", SIZES_RM(paddd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F D4 /r", "paddq Pq,Qq", SIZES_RM(paddq_p), .feature = FEAT_SSE2},
	{"66 0F D4 /r", "paddq Vdq,Wdq", SIZES_RM(paddq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F F8 /r", "psubb Pq,Qq", SIZES_RM(psubb_p), .feature = FEAT_MMX},
	{"66 0F F8 /r", "psubb Vdq,Wdq", SIZES_RM(psubb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F F9 /r", "psubw Pq,Qq", SIZES_RM(psubw_p), .feature = FEAT_MMX},
	{"66 0F F9 /r", "psubw Vdq,Wdq", SIZES_RM(psubw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F FA /r", "psubd Pq,Qq", SIZES_RM(psubd_p), .feature = FEAT_MMX},
	{"66 0F FA /r", "psubd Vdq,Wdq", SIZES_RM(psubd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F FB /r", "psubq Pq,Qq", SIZES_RM(psubq_p), .feature = FEAT_SSE2},
	{"66 0F FB /r", "psubq Vdq,Wdq", SIZES_RM(psubq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F EC /r", "paddsb Pq,Qq", SIZES_RM(paddsb_p), .feature = FEAT_MMX},
	{"66 0F EC /r", "paddsb Vdq,Wdq", SIZES_RM(paddsb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F ED /r", "paddsw Pq,Qq", SIZES_RM(paddsw_p), .feature = FEAT_MMX},
	{"66 0F ED /r", "paddsw Vdq,Wdq", SIZES_RM(paddsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F DC /r", "paddusb Pq,Qq", SIZES_RM(paddusb_p), .feature = FEAT_MMX},
	{"66 0F DC /r", "paddusb Vdq,Wdq", SIZES_RM(paddusb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F DD /r", "paddusw Pq,Qq", SIZES_RM(paddusw_p), .feature = FEAT_MMX},
	{"66 0F DD /r", "paddusw Vdq,Wdq", SIZES_RM(paddusw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F E8 /r", "psubsb Pq,Qq", SIZES_RM(psubsb_p), .feature = FEAT_MMX},
	{"66 0F E8 /r", "psubsb Vdq,Wdq", SIZES_RM(psubsb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F E9 /r", "psubsw Pq,Qq", SIZES_RM(psubsw_p), .feature = FEAT_MMX},
	{"66 0F E9 /r", "psubsw Vdq,Wdq", SIZES_RM(psubsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F D8 /r", "psubusb Pq,Qq", SIZES_RM(psubusb_p), .feature = FEAT_MMX},
	{"66 0F D8 /r", "psubusb Vdq,Wdq", SIZES_RM(psubusb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F D9 /r", "psubusw Pq,Qq", SIZES_RM(psubusw_p), .feature = FEAT_MMX},
	{"66 0F D9 /r", "psubusw Vdq,Wdq", SIZES_RM(psubusw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F E0 /r", "pavgb Pq,Qq", SIZES_RM(pavgb_p), .feature = FEAT_SSE},
	{"66 0F E0 /r", "pavgb Vdq,Wdq", SIZES_RM(pavgb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F E3 /r", "pavgw Pq,Qq", SIZES_RM(pavgw_p), .feature = FEAT_SSE},
	{"66 0F E3 /r", "pavgw Vdq,Wdq", SIZES_RM(pavgw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F DA /r", "pminub Pq,Qq", SIZES_RM(pminub_p), .feature = FEAT_SSE},
	{"66 0F DA /r", "pminub Vdq,Wdq", SIZES_RM(pminub_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F DE /r", "pmaxub Pq,Qq", SIZES_RM(pmaxub_p), .feature = FEAT_SSE},
	{"66 0F DE /r", "pmaxub Vdq,Wdq", SIZES_RM(pmaxub_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F EA /r", "pminsw Pq,Qq", SIZES_RM(pminsw_p), .feature = FEAT_SSE},
	{"66 0F EA /r", "pminsw Vdq,Wdq", SIZES_RM(pminsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F EE /r", "pmaxsw Pq,Qq", SIZES_RM(pmaxsw_p), .feature = FEAT_SSE},
	{"66 0F EE /r", "pmaxsw Vdq,Wdq", SIZES_RM(pmaxsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 38 1C /r", "pabsb Pq,Qq", SIZES_RM(pabsb_p), .feature = FEAT_SSSE3},
	{"66 0F 38 1C /r", "pabsb Vdq,Wdq", SIZES_RM(pabsb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 1D /r", "pabsw Pq,Qq", SIZES_RM(pabsw_p), .feature = FEAT_SSSE3},
	{"66 0F 38 1D /r", "pabsw Vdq,Wdq", SIZES_RM(pabsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 1E /r", "pabsd Pq,Qq", SIZES_RM(pabsd_p), .feature = FEAT_SSSE3},
	{"66 0F 38 1E /r", "pabsd Vdq,Wdq", SIZES_RM(pabsd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 08 /r", "psignb Pq,Qq", SIZES_RM(psignb_p), .feature = FEAT_SSSE3},
	{"66 0F 38 08 /r", "psignb Vdq,Wdq", SIZES_RM(psignb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 09 /r", "psignw Pq,Qq", SIZES_RM(psignw_p), .feature = FEAT_SSSE3},
	{"66 0F 38 09 /r", "psignw Vdq,Wdq", SIZES_RM(psignw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 0A /r", "psignd Pq,Qq", SIZES_RM(psignd_p), .feature = FEAT_SSSE3},
	{"66 0F 38 0A /r", "psignd Vdq,Wdq", SIZES_RM(psignd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F D5 /r", "pmullw Pq,Qq", SIZES_RM(pmullw_p), .feature = FEAT_MMX},
	{"66 0F D5 /r", "pmullw Vdq,Wdq", SIZES_RM(pmullw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F E5 /r", "pmulhw Pq,Qq", SIZES_RM(pmulhw_p), .feature = FEAT_MMX},
	{"66 0F E5 /r", "pmulhw Vdq,Wdq", SIZES_RM(pmulhw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F E4 /r", "pmulhuw Pq,Qq", SIZES_RM(pmulhuw_p), .feature = FEAT_SSE},
	{"66 0F E4 /r", "pmulhuw Vdq,Wdq", SIZES_RM(pmulhuw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 38 0B /r", "pmulhrsw Pq,Qq", SIZES_RM(pmulhrsw_p), .feature = FEAT_SSSE3},
	{"66 0F 38 0B /r", "pmulhrsw Vdq,Wdq", SIZES_RM(pmulhrsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F F4 /r", "pmuludq Pq,Qq", SIZES_RM(pmuludq_p), .feature = FEAT_SSE2},
	{"66 0F F4 /r", "pmuludq Vdq,Wdq", SIZES_RM(pmuludq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F F5 /r", "pmaddwd Pq,Qq", SIZES_RM(pmaddwd_p), .feature = FEAT_MMX},
	{"66 0F F5 /r", "pmaddwd Vdq,Wdq", SIZES_RM(pmaddwd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 38 04 /r", "pmaddubsw Pq,Qq", SIZES_RM(pmaddubsw_p), .feature = FEAT_SSSE3},
	{"66 0F 38 04 /r", "pmaddubsw Vdq,Wdq", SIZES_RM(pmaddubsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F F6 /r", "psadbw Pq,Qq", SIZES_RM(psadbw_p), .feature = FEAT_SSE},
	{"66 0F F6 /r", "psadbw Vdq,Wdq", SIZES_RM(psadbw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 38 01 /r", "phaddw Pq,Qq", SIZES_RM(phaddw_p), .feature = FEAT_SSSE3},
	{"66 0F 38 01 /r", "phaddw Vdq,Wdq", SIZES_RM(phaddw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 02 /r", "phaddd Pq,Qq", SIZES_RM(phaddd_p), .feature = FEAT_SSSE3},
	{"66 0F 38 02 /r", "phaddd Vdq,Wdq", SIZES_RM(phaddd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 03 /r", "phaddsw Pq,Qq", SIZES_RM(phaddsw_p), .feature = FEAT_SSSE3},
	{"66 0F 38 03 /r", "phaddsw Vdq,Wdq", SIZES_RM(phaddsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 05 /r", "phsubw Pq,Qq", SIZES_RM(phsubw_p), .feature = FEAT_SSSE3},
	{"66 0F 38 05 /r", "phsubw Vdq,Wdq", SIZES_RM(phsubw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 06 /r", "phsubd Pq,Qq", SIZES_RM(phsubd_p), .feature = FEAT_SSSE3},
	{"66 0F 38 06 /r", "phsubd Vdq,Wdq", SIZES_RM(phsubd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 38 07 /r", "phsubsw Pq,Qq", SIZES_RM(phsubsw_p), .feature = FEAT_SSSE3},
	{"66 0F 38 07 /r", "phsubsw Vdq,Wdq", SIZES_RM(phsubsw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"66 0F 38 38 /r", "pminsb Vdq,Wdq", SIZES_RM(pminsb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 39 /r", "pminsd Vdq,Wdq", SIZES_RM(pminsd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 3A /r", "pminuw Vdq,Wdq", SIZES_RM(pminuw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 3B /r", "pminud Vdq,Wdq", SIZES_RM(pminud_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 3C /r", "pmaxsb Vdq,Wdq", SIZES_RM(pmaxsb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 3D /r", "pmaxsd Vdq,Wdq", SIZES_RM(pmaxsd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 3E /r", "pmaxuw Vdq,Wdq", SIZES_RM(pmaxuw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 3F /r", "pmaxud Vdq,Wdq", SIZES_RM(pmaxud_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 40 /r", "pmulld Vdq,Wdq", SIZES_RM(pmulld_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 28 /r", "pmuldq Vdq,Wdq", SIZES_RM(pmuldq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 41 /r", "phminposuw Vdq,Wdq", SIZES_RM(phminposuw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 3A 42 /r ib", "mpsadbw Vdq,Wdq,Ib", SIZES_RM(mpsadbw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
};

const struct insn_group x86_group_sse_int_arith = {
	"sse_int_arith", rows, countof(rows),
	"Intel SDM vol. 2: MPSADBW PABS PADD PAVG PHADD PHMINPOSUW PHSUB PMADD PMAX PMIN PMUL PSAD PSIGN PSUB",
};
