/* SPDX-License-Identifier: MIT */
/* Bit tests, scans, counts and byte swaps: Intel SDM vol. 2, BT, BTC, BTR, BTS, BSF, BSR, LZCNT, TZCNT, POPCNT,
 * BSWAP, MOVBE, CRC32. BT and its kin leave all flags but CF alone; scans all but ZF. */
#include "cpu/x86/operand.h"

#include "cpu/fp/wide.h"

enum bit_op { BT, BTS, BTR, BTC };

ALWAYS_INLINE u64 bit_result(const enum bit_op op, u64 a, unsigned n)
{
	switch (op) {
	case BTS:
		return a | BIT(n);
	case BTR:
		return a & ~BIT(n);
	case BTC:
		return a ^ BIT(n);
	default:
		return a;
	}
}

/* Bit offset in a register: a memory operand is a bit string, of which the word that holds the bit is accessed
 * (SDM vol. 2, 3.1.1.9 and figure 3-2). */
ALWAYS_INLINE void bit_eg(
	struct x86 *c, const struct insn *i, const enum bit_op op, const unsigned size, const bool mem)
{
	u64 offset = x86_sext(c->r[i->f[F_REG]], size);
	unsigned n = offset & ((8u << size) - 1);
	u64 a;

	if (mem) {
		s64 skip = ((s64)offset >> (3 + size)) * (s64)BIT(size); /* signed: the string goes both ways */
		u64 ea = x86_wrap_addr(i, x86_ea(c, i) + (u64)skip);
		struct x86_rmw m;

		if (op == BT) {
			a = x86_read(c, i->f[F_SEG], ea, 1u << size);
		} else {
			a = x86_rmw_begin(c, &m, i->f[F_SEG], ea, 1u << size);
			x86_rmw_end(c, &m, 1u << size, bit_result(op, a, n));
		}
	} else {
		a = x86_get_reg(c, i->f[F_RM], size);
		if (op != BT)
			x86_set_reg(c, i->f[F_RM], size, bit_result(op, a, n));
	}
	x86_set_cf(c, a >> n & 1);
}

ALWAYS_INLINE void bit_ei(
	struct x86 *c, const struct insn *i, const enum bit_op op, const unsigned size, const bool mem)
{
	unsigned n = i->imm32 & ((8u << size) - 1);
	struct x86_rmw m;
	u64 a = op == BT ? x86_get_e(c, i, size, mem) : x86_begin_e(c, i, &m, size, mem);

	if (op != BT)
		x86_end_e(c, i, &m, size, mem, bit_result(op, a, n));
	x86_set_cf(c, a >> n & 1);
}

#define OP(fn, form, op) \
	ALWAYS_INLINE void fn##_##form(struct x86 *c, const struct insn *i, const unsigned size, const bool mem) \
	{ \
		bit_##form(c, i, op, size, mem); \
	} \
	SIZED(fn##_##form)

OP(bt, eg, BT) OP(bts, eg, BTS) OP(btr, eg, BTR) OP(btc, eg, BTC)
OP(bt, ei, BT) OP(bts, ei, BTS) OP(btr, ei, BTR) OP(btc, ei, BTC)

/* v != 0: number of the lowest bit that is set. */
static unsigned lowest(u64 v)
{
	return 63 - clz64(v & (0 - v));
}

ALWAYS_INLINE void bsf(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem);

	if (v)
		x86_set_g(c, i, size, lowest(v));
	x86_set_zf(c, !v);
}
SIZED_READ(bsf)

ALWAYS_INLINE void bsr(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem);

	if (v)
		x86_set_g(c, i, size, 63 - clz64(v));
	x86_set_zf(c, !v);
}
SIZED_READ(bsr)

/* TZCNT and LZCNT: CF = the source is 0, ZF = the result is 0. */
ALWAYS_INLINE void tzcnt(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem);
	unsigned n = v ? lowest(v) : 8u << size;

	x86_set_g(c, i, size, n);
	x86_set_cf(c, !v);
	x86_set_zf(c, !n);
}
SIZED_READ(tzcnt)

ALWAYS_INLINE void lzcnt(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem);
	unsigned n = v ? clz64(v) - (64 - (8u << size)) : 8u << size;

	x86_set_g(c, i, size, n);
	x86_set_cf(c, !v);
	x86_set_zf(c, !n);
}
SIZED_READ(lzcnt)

ALWAYS_INLINE void popcnt(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem), n = v;

	n -= n >> 1 & 0x5555555555555555ull;
	n = (n & 0x3333333333333333ull) + (n >> 2 & 0x3333333333333333ull);
	n = (n + (n >> 4)) & 0x0f0f0f0f0f0f0f0full;
	x86_set_g(c, i, size, n * 0x0101010101010101ull >> 56);
	x86_set_oszapc(c, v ? 0 : FL_ZF);
}
SIZED_READ(popcnt)

ALWAYS_INLINE u64 swap(u64 v, const unsigned size)
{
	return size == 3 ? swap64(v) : size == 2 ? swap32((u32)v) : swap16((u16)v);
}

/* Of a word the result is undefined; processors give 0. */
ALWAYS_INLINE void bswap(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	unsigned n = i->f[F_RM];

	(void)mem;
	x86_set_reg(c, n, size, size == 1 ? 0 : swap(c->r[n], size));
}
SIZED_R(bswap)

ALWAYS_INLINE void movbe_load(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, swap(x86_get_e(c, i, size, mem), size));
}
SIZED_READ(movbe_load)

ALWAYS_INLINE void movbe_store(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_e(c, i, size, mem, swap(x86_get_g(c, i, size), size));
}
SIZED(movbe_store)

/* CRC-32C, polynomial 11EDC6F41h, bits reflected, no inversion: four bits at a time. */
static u32 crc32c(u32 crc, u64 v, unsigned bytes)
{
	static const u32 nibble[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};

	for (unsigned n = 0; n < bytes; n++) {
		crc ^= (u8)(v >> (8 * n));
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return crc;
}

/* size is the source's. The destination is 32 bits, zero-extended. */
ALWAYS_INLINE void crc32(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem);

	c->r[i->f[F_REG]] = crc32c((u32)c->r[i->f[F_REG]], v, 1u << size);
}
SIZED_READ(crc32)

enum { FL_COUNT = FL_CF | FL_ZF };

static const struct insn_row rows[] = {
	{"0F A3 /r", "bt Ev,Gv", SIZES(bt_eg), .flags_out = FL_CF},
	{"0F AB /r", "bts Ev,Gv", SIZES(bts_eg), .attr = LOCKABLE, .flags_out = FL_CF},
	{"0F B3 /r", "btr Ev,Gv", SIZES(btr_eg), .attr = LOCKABLE, .flags_out = FL_CF},
	{"0F BB /r", "btc Ev,Gv", SIZES(btc_eg), .attr = LOCKABLE, .flags_out = FL_CF},
	{"0F BA /4 ib", "bt Ev,Ib", SIZES(bt_ei), .flags_out = FL_CF},
	{"0F BA /5 ib", "bts Ev,Ib", SIZES(bts_ei), .attr = LOCKABLE, .flags_out = FL_CF},
	{"0F BA /6 ib", "btr Ev,Ib", SIZES(btr_ei), .attr = LOCKABLE, .flags_out = FL_CF},
	{"0F BA /7 ib", "btc Ev,Ib", SIZES(btc_ei), .attr = LOCKABLE, .flags_out = FL_CF},
	{"0F BC /r", "bsf Gv,Ev", SIZES(bsf), .flags_out = FL_ZF},
	{"0F BD /r", "bsr Gv,Ev", SIZES(bsr), .flags_out = FL_ZF},
	{"F3 0F BC /r", "tzcnt Gv,Ev", SIZES(tzcnt), .attr = OVERRIDES, .feature = FEAT_BMI1, .flags_out = FL_COUNT},
	{"F3 0F BD /r", "lzcnt Gv,Ev", SIZES(lzcnt), .attr = OVERRIDES, .feature = FEAT_LZCNT, .flags_out = FL_COUNT},
	{"F3 0F B8 /r", "popcnt Gv,Ev", SIZES(popcnt), .feature = FEAT_POPCNT, .flags_out = FL_OSZAPC},
	{"0F C8+r", "bswap Zv", SIZES_R(bswap), .flags_out = 0},
	{"NFx 0F 38 F0 /r", "movbe Gv,Mv", SIZES(movbe_load), .feature = FEAT_MOVBE},
	{"NFx 0F 38 F1 /r", "movbe Mv,Gv", SIZES(movbe_store), .feature = FEAT_MOVBE},
	{"F2 0F 38 F0 /r", "crc32 Gy,Eb", SIZES(crc32), .feature = FEAT_SSE42},
	{"F2 0F 38 F1 /r", "crc32 Gy,Ev", SIZES(crc32), .feature = FEAT_SSE42},
};

const struct insn_group x86_group_bit = {
	"bit", rows, countof(rows), "Intel SDM vol. 2: BT BTC BTR BTS BSF BSR LZCNT TZCNT POPCNT BSWAP MOVBE CRC32",
};
