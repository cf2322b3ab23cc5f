/* SPDX-License-Identifier: MIT */
/*
 * Every x87 operation of cpu/fp but the transcendentals against the processor that runs the test: all precision and
 * rounding modes, exceptions masked and unmasked; results, exceptions, C0-C3. Elsewhere than on x86-64
 * there is nothing to compare with. SDM vol. 1 chapter 8.
 */
#include <criterion/criterion.h>

#include "tests/unit/fp_host.h"

#if defined(__x86_64__)

enum { RUNS = 30000 };

/* What an operation leaves: starts as the operands. `sw` has the expected C0-C3 (C1 is added from e->rounded_up). */
struct x87_out {
	struct f80 r, r2;
	u8 mem[10];
	u16 sw;
};

/*
 * LOAD: an unmasked DE does not keep FLD m32 and FLD m64 from pushing. POP: the value was pushed twice, one
 * should go.
 */
enum operands { RAND_F80, RAND_BCD, LOAD, POP };

struct x87_op {
	const char *name;
	void (*host)(struct host_x87 *h);
	void (*soft)(const struct host_x87 *h, struct x87_out *o, struct fp_env *e);
	u16 sw_mask;
	u8 operands;
};

/* host_NAME and soft_NAME. */
#define OP(name, text, statement) \
	static void host_##name(struct host_x87 *h) \
	{ \
		HOST_X87(h, text); \
	} \
	static void soft_##name(const struct host_x87 *h, struct x87_out *o, struct fp_env *e) \
	{ \
		(void)h, (void)e, statement; }

/* C3 C2 C0 after FCOM. */
static u16 order_cc(enum fp_order order)
{
	switch (order) {
	case FP_LESS:
		return 0x100;
	case FP_EQUAL:
		return 0x4000;
	case FP_GREATER:
		return 0;
	default:
		return 0x4500;
	}
}

static u16 class_cc(struct f80 a)
{
	unsigned c = f80_classify(a);

	return (u16)((c & 1) << 8 | (c & 2) << 9 | (c & 4) << 12 | f80_sign(a) << 9);
}

static void push(struct x87_out *o, struct f80 a)
{
	o->r2 = o->r;
	o->r = a;
}

static void remainder_of(struct x87_out *o, bool nearest, struct fp_env *e)
{
	struct f80_rem r = f80_remainder(o->r, o->r2, nearest, e);

	o->r = r.value;
	e->rounded_up = false;
	o->sw = (u16)((r.quotient & 1) << 9 | (r.quotient & 2) << 13 | (r.quotient & 4) << 6 | r.partial << 10);
}

OP(fadd, "fadd %%st(1), %%st", o->r = f80_add(o->r, o->r2, e))
OP(fadd_m32, "fadds %1", o->r = f80_add(o->r, f80_operand_f32(load_le32(h->mem), e), e))
OP(fadd_m64, "faddl %1", o->r = f80_add(o->r, f80_operand_f64(load_le64(h->mem), e), e))
OP(fsub, "fsub %%st(1), %%st", o->r = f80_sub(o->r, o->r2, e))
OP(fsub_m32, "fsubs %1", o->r = f80_sub(o->r, f80_operand_f32(load_le32(h->mem), e), e))
OP(fsub_m64, "fsubl %1", o->r = f80_sub(o->r, f80_operand_f64(load_le64(h->mem), e), e))
OP(fmul, "fmul %%st(1), %%st", o->r = f80_mul(o->r, o->r2, e))
OP(fmul_m32, "fmuls %1", o->r = f80_mul(o->r, f80_operand_f32(load_le32(h->mem), e), e))
OP(fmul_m64, "fmull %1", o->r = f80_mul(o->r, f80_operand_f64(load_le64(h->mem), e), e))
OP(fdiv, "fdiv %%st(1), %%st", o->r = f80_div(o->r, o->r2, e))
OP(fdiv_m32, "fdivs %1", o->r = f80_div(o->r, f80_operand_f32(load_le32(h->mem), e), e))
OP(fdiv_m64, "fdivl %1", o->r = f80_div(o->r, f80_operand_f64(load_le64(h->mem), e), e))
OP(fsubr_m64, "fsubrl %1", o->r = f80_sub(f80_operand_f64(load_le64(h->mem), e), o->r, e))
OP(fdivr_m32, "fdivrs %1", o->r = f80_div(f80_operand_f32(load_le32(h->mem), e), o->r, e))
OP(fiadd, "fiaddl %1", o->r = f80_add(o->r, f80_from_s64((s32)load_le32(h->mem)), e))
OP(fidivr, "fidivrs %1", o->r = f80_div(f80_from_s64((s16)load_le16(h->mem)), o->r, e))
OP(fsqrt, "fsqrt", o->r = f80_sqrt(o->r, e))
OP(frndint, "frndint", o->r = f80_round_int(o->r, e))
OP(fscale, "fscale", o->r = f80_scale(o->r, o->r2, e))
OP(fxtract, "fxtract", o->r2 = f80_extract(o->r, &o->r, e))
OP(fprem, "fprem", remainder_of(o, false, e))
OP(fprem1, "fprem1", remainder_of(o, true, e))
OP(fcom, "fcom", o->sw = order_cc(f80_cmp(o->r, o->r2, true, e)))
OP(fucom, "fucom", o->sw = order_cc(f80_cmp(o->r, o->r2, false, e)))
OP(fcom_m32, "fcoms %1", o->sw = order_cc(f80_cmp(o->r, f80_operand_f32(load_le32(h->mem), e), true, e)))
OP(fcom_m64, "fcoml %1", o->sw = order_cc(f80_cmp(o->r, f80_operand_f64(load_le64(h->mem), e), true, e)))
OP(ftst, "ftst", o->sw = order_cc(f80_cmp(o->r, f80_constant(F80_PLUS_ZERO, e), true, e)))
OP(fxam, "fxam", o->sw = class_cc(o->r))
OP(fld_m32, "flds %1", push(o, f80_from_f32(load_le32(h->mem), e)))
OP(fld_m64, "fldl %1", push(o, f80_from_f64(load_le64(h->mem), e)))
OP(fild16, "filds %1", push(o, f80_from_s64((s16)load_le16(h->mem))))
OP(fild32, "fildl %1", push(o, f80_from_s64((s32)load_le32(h->mem))))
OP(fild64, "fildll %1", push(o, f80_from_s64((s64)load_le64(h->mem))))
OP(fst_m32, "fsts %1", store_le32(o->mem, f80_to_f32(o->r, e)))
OP(fst_m64, "fstl %1", store_le64(o->mem, f80_to_f64(o->r, e)))
OP(fist16, "fists %1", store_le16(o->mem, (u16)f80_to_s16(o->r, e->round, e)))
OP(fist32, "fistl %1", store_le32(o->mem, (u32)f80_to_s32(o->r, e->round, e)))
OP(fisttp16, "fld %%st\n fisttps %1", store_le16(o->mem, (u16)f80_to_s16(o->r, FP_ZERO, e)))
OP(fisttp32, "fld %%st\n fisttpl %1", store_le32(o->mem, (u32)f80_to_s32(o->r, FP_ZERO, e)))
OP(fisttp64, "fld %%st\n fisttpll %1", store_le64(o->mem, (u64)f80_to_s64(o->r, FP_ZERO, e)))
OP(fist64, "fld %%st\n fistpll %1", store_le64(o->mem, (u64)f80_to_s64(o->r, e->round, e)))
OP(fbst, "fld %%st\n fbstp %1", f80_to_bcd(o->mem, o->r, e))
OP(fbld, "fbld %1", push(o, f80_from_bcd(h->mem)))
OP(fld1, "fld1", push(o, f80_constant(F80_ONE, e)))
OP(fldl2t, "fldl2t", push(o, f80_constant(F80_L2T, e)))
OP(fldl2e, "fldl2e", push(o, f80_constant(F80_L2E, e)))
OP(fldpi, "fldpi", push(o, f80_constant(F80_PI, e)))
OP(fldlg2, "fldlg2", push(o, f80_constant(F80_LG2, e)))
OP(fldln2, "fldln2", push(o, f80_constant(F80_LN2, e)))
OP(fldz, "fldz", push(o, f80_constant(F80_PLUS_ZERO, e)))

static const struct x87_op ops[] = {
	{"fadd", host_fadd, soft_fadd, 0x200, RAND_F80},
	{"fadd_m32", host_fadd_m32, soft_fadd_m32, 0x200, RAND_F80},
	{"fadd_m64", host_fadd_m64, soft_fadd_m64, 0x200, RAND_F80},
	{"fsub", host_fsub, soft_fsub, 0x200, RAND_F80},
	{"fsub_m32", host_fsub_m32, soft_fsub_m32, 0x200, RAND_F80},
	{"fsub_m64", host_fsub_m64, soft_fsub_m64, 0x200, RAND_F80},
	{"fmul", host_fmul, soft_fmul, 0x200, RAND_F80},
	{"fmul_m32", host_fmul_m32, soft_fmul_m32, 0x200, RAND_F80},
	{"fmul_m64", host_fmul_m64, soft_fmul_m64, 0x200, RAND_F80},
	{"fdiv", host_fdiv, soft_fdiv, 0x200, RAND_F80},
	{"fdiv_m32", host_fdiv_m32, soft_fdiv_m32, 0x200, RAND_F80},
	{"fdiv_m64", host_fdiv_m64, soft_fdiv_m64, 0x200, RAND_F80},
	{"fsubr_m64", host_fsubr_m64, soft_fsubr_m64, 0x200, RAND_F80},
	{"fdivr_m32", host_fdivr_m32, soft_fdivr_m32, 0x200, RAND_F80},
	{"fiadd", host_fiadd, soft_fiadd, 0x200, RAND_F80},
	{"fidivr", host_fidivr, soft_fidivr, 0x200, RAND_F80},
	{"fsqrt", host_fsqrt, soft_fsqrt, 0x200, RAND_F80},
	{"frndint", host_frndint, soft_frndint, 0x200, RAND_F80},
	{"fscale", host_fscale, soft_fscale, 0x200, RAND_F80},
	{"fxtract", host_fxtract, soft_fxtract, 0x200, RAND_F80},
	{"fprem", host_fprem, soft_fprem, 0x4700, RAND_F80},
	{"fprem1", host_fprem1, soft_fprem1, 0x4700, RAND_F80},
	{"fcom", host_fcom, soft_fcom, 0x4700, RAND_F80},
	{"fucom", host_fucom, soft_fucom, 0x4700, RAND_F80},
	{"fcom_m32", host_fcom_m32, soft_fcom_m32, 0x4700, RAND_F80},
	{"fcom_m64", host_fcom_m64, soft_fcom_m64, 0x4700, RAND_F80},
	{"ftst", host_ftst, soft_ftst, 0x4700, RAND_F80},
	{"fxam", host_fxam, soft_fxam, 0x4700, RAND_F80},
	{"fld_m32", host_fld_m32, soft_fld_m32, 0x200, LOAD},
	{"fld_m64", host_fld_m64, soft_fld_m64, 0x200, LOAD},
	{"fild16", host_fild16, soft_fild16, 0x200, RAND_F80},
	{"fild32", host_fild32, soft_fild32, 0x200, RAND_F80},
	{"fild64", host_fild64, soft_fild64, 0x200, RAND_F80},
	{"fst_m32", host_fst_m32, soft_fst_m32, 0x200, RAND_F80},
	{"fst_m64", host_fst_m64, soft_fst_m64, 0x200, RAND_F80},
	{"fist16", host_fist16, soft_fist16, 0x200, RAND_F80},
	{"fist32", host_fist32, soft_fist32, 0x200, RAND_F80},
	{"fisttp16", host_fisttp16, soft_fisttp16, 0x200, POP},
	{"fisttp32", host_fisttp32, soft_fisttp32, 0x200, POP},
	{"fisttp64", host_fisttp64, soft_fisttp64, 0x200, POP},
	{"fist64", host_fist64, soft_fist64, 0x200, POP},
	{"fbst", host_fbst, soft_fbst, 0x200, POP},
	{"fbld", host_fbld, soft_fbld, 0x200, RAND_BCD},
	{"fld1", host_fld1, soft_fld1, 0x200, RAND_F80},
	{"fldl2t", host_fldl2t, soft_fldl2t, 0x200, RAND_F80},
	{"fldl2e", host_fldl2e, soft_fldl2e, 0x200, RAND_F80},
	{"fldpi", host_fldpi, soft_fldpi, 0x200, RAND_F80},
	{"fldlg2", host_fldlg2, soft_fldlg2, 0x200, RAND_F80},
	{"fldln2", host_fldln2, soft_fldln2, 0x200, RAND_F80},
	{"fldz", host_fldz, soft_fldz, 0x200, RAND_F80},
};

static struct fp_env env_of(u16 cw)
{
	static const u8 precision[] = {24, 64, 53, 64};

	return (struct fp_env){
		.rule = FP_RULE_X87,
		.round = cw >> 10 & 3,
		.masks = cw & 0x3f,
		.prec = precision[cw >> 8 & 3],
	};
}

static void rand_memory(u8 mem[10], unsigned kind, struct fp_rand *rand)
{
	u64 v = fp_rand_next(rand);

	if (kind == RAND_BCD) {
		for (unsigned i = 0; i < 10; i++, v /= 100)
			mem[i] = (u8)(v % 10 << 4 | v / 10 % 10);
		return;
	}
	store_le64(mem, v & 1 ? fp_rand_f32(rand) | v >> 32 << 32 : fp_rand_f64(rand));
	store_le16(mem + 8, (u16)(v >> 8));
}

static bool same80(struct f80 a, struct f80 b)
{
	return a.se == b.se && a.sig == b.sig;
}

static void report(const char *who, struct f80 r, struct f80 r2, const u8 *mem, u16 sw)
{
	cr_expect_fail("%s: %s %s mem=%016" PRIx64 " cw or sw=%04x", who,
		fp_text80(r).s, fp_text80(r2).s, load_le64(mem), sw);
}

/* Runs one operation on both; true if they agree. */
static bool run_once(const struct x87_op *op, struct fp_rand *rand)
{
	u64 v = fp_rand_next(rand);
	struct x87_out o = {.r = fp_rand_f80(rand), .r2 = v & 7 ? fp_rand_f80(rand) : o.r};
	struct host_x87 h = {.cw = (u16)(0x40 | (v >> 8 & 0xf) << 8 | (v >> 12 & 3 ? 0x3f : v >> 16 & 0x3f))};
	struct fp_env e;
	bool ok;

	h.cw = (h.cw & 0x300) == 0x100 ? h.cw | 0x300 : h.cw;
	e = env_of(h.cw);
	host_put80(h.a, o.r);
	host_put80(h.b, o.r2);
	rand_memory(h.mem, op->operands, rand);
	memcpy(o.mem, h.mem, sizeof(o.mem));

	struct x87_out start = o;

	op->soft(&h, &o, &e);
	op->host(&h);
	/* An unmasked exception before the operation, or overflow on the way to memory: nothing is stored. */
	if (e.flags & ~e.masks & (op->operands == LOAD ? FP_IE : FP_PRE)) {
		start.sw = o.sw;
		start.r2 = op->operands == POP ? start.r : start.r2;
		o = start;
	} else if (e.flags & ~e.masks & (FP_OE | FP_UE)) {
		memcpy(o.mem, start.mem, sizeof(o.mem));
	}
	o.sw |= (u16)(e.rounded_up << 9 | e.flags);
	ok = (o.sw & (op->sw_mask | 0x3f)) == (h.sw & (op->sw_mask | 0x3f));
	ok = ok && same80(o.r, host_get80(h.r)) && same80(o.r2, host_get80(h.r2));
	ok = ok && !memcmp(o.mem, h.mem, sizeof(o.mem));
	if (!ok) {
		report(op->name, host_get80(h.a), host_get80(h.b), start.mem, h.cw);
		report("host", host_get80(h.r), host_get80(h.r2), h.mem, h.sw);
		report("ours", o.r, o.r2, o.mem, o.sw);
	}
	return ok;
}

Test(fp_host_x87, same_as_processor)
{
	for (unsigned i = 0; i < countof(ops); i++) {
		struct fp_rand rand = {i};
		unsigned wrong = 0;

		for (unsigned n = 0; n < RUNS && wrong < 8; n++)
			wrong += !run_once(&ops[i], &rand);
	}
}

#endif
