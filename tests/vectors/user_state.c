/* SPDX-License-Identifier: MIT */
/* Derives the state before an x86-user vector from its seed, and reads the entries that change it. */
#include "tests/vectors/user.h"
#include "tests/random.h"

/* ---- seeds --------------------------------------------------------------------------------------------------- */

static const u64 edge[16] = {
	0, 1, 0xffffffffffffffff, 0x8000000000000000, 0x7fffffffffffffff, 0x80000000, 0x7fffffff, 0xffffffff,
	0xffffffff80000000, 2, 0xffff, 0x8000, 0x7fff, 0xff, 0x80, 0x100000000,
};

static const u64 doubles[16] = {
	0, 0x8000000000000000, 0x3ff0000000000000, 0xbff8000000000000, 0x7ff0000000000000, 0xfff0000000000000,
	0x7ff8000000000001, 0x7ff0000000000001, 1, 0x000fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff,
	0x41dfffffffc00000, 0xc1e0000000000000, 0x43e0000000000000, 0x3fe0000000000000,
};

static const u32 singles[16] = {
	0, 0x80000000, 0x3f800000, 0xbfc00000, 0x7f800000, 0xff800000, 0x7fc00001, 0x7f800001, 1, 0x007fffff,
	0x00800000, 0x7f7fffff, 0x4f000000, 0xcf000000, 0x5f000000, 0x3f000000,
};

static const struct f80 extendeds[16] = {
	{ .se = 0, .sig = 0 }, { .se = 0x8000, .sig = 0 }, { .se = 0x3fff, .sig = 0x8000000000000000 },
	{ .se = 0xbfff, .sig = 0xc000000000000000 }, { .se = 0x7fff, .sig = 0x8000000000000000 },
	{ .se = 0xffff, .sig = 0x8000000000000000 }, { .se = 0x7fff, .sig = 0xc000000000000001 },
	{ .se = 0x7fff, .sig = 0x8000000000000001 }, { .se = 0, .sig = 1 }, { .se = 0x8000, .sig = 0x7fffffffffffffff },
	{ .se = 1, .sig = 0x8000000000000000 }, { .se = 0x7ffe, .sig = 0xffffffffffffffff },
	{ .se = 0xffff, .sig = 0xc000000000000000 }, { .se = 0x403e, .sig = 0x8000000000000000 },
	{ .se = 0x3ffe, .sig = 0x8000000000000000 }, { .se = 0x4000, .sig = 0xc90fdaa22168c235 },
};

static u64 draw_lane(u64 *s)
{
	u64 r = random_next(s), n = r >> 8 & 15;

	switch (r & 7) {
	case 0: return doubles[n];
	case 1: return (u64)singles[n] << 32 | singles[r >> 12 & 15];
	case 2: return (random_next(s) & 0x800fffffffffffff) | (1015 + n) << 52;
	case 3: return (random_next(s) & 0x807fffff807fffff) | (119 + n) << 55 | (119 + (r >> 12 & 15)) << 23;
	case 4: return edge[n];
	default: return random_next(s);
	}
}

static struct f80 draw_extended(u64 *s)
{
	u64 r = random_next(s), top = 1ull << 63;
	struct f80 v;

	switch (r & 7) {
	case 0:
		return extendeds[r >> 8 & 15];
	case 1:
		v.se = r >> 8 & 0x8000;
		v.sig = random_next(s) & ~top;
		return v;
	case 5:
		v.se = (u16)((16383 + (r >> 8 & 63)) | (r >> 16 & 0x8000));
		v.sig = (random_next(s) | top) & ~mask_low(63 - (r >> 8 & 63));
		return v;
	case 6:
		v.se = (u16)(r >> 16);
		v.sig = random_next(s) | top;
		return v;
	case 7:
		if ((r >> 8 & 3) == 0) {
			v.se = (u16)(r >> 16);
			v.sig = random_next(s);
			return v;
		}
	}
	v.se = (u16)((16375 + (r >> 12 & 15)) | (r >> 16 & 0x8000));
	v.sig = random_next(s) | top;
	return v;
}

static u64 draw_gpr(u64 *s)
{
	u64 r = random_next(s);

	switch (r & 7) {
	case 0: return edge[r >> 8 & 15];
	case 1: return r >> 8 & 255;
	case 2: return (u64)(s64)(s32)(u32)(r >> 16);
	case 3: return USER_DATA + 0x800 + (r >> 8 & 0xfff);
	case 4: return USER_DATA + 0x800 + (r >> 8 & 0xff0);
	default: return random_next(s);
	}
}

static void derive_control(struct user_state *s, u64 r)
{
	static const u8 precision[8] = { 3, 3, 3, 3, 3, 2, 0, 3 };
	unsigned top = r >> 38 & 7;

	s->mxcsr = 0x1f80;
	if (r >> 8 & 1)
		s->mxcsr |= (u32)(r >> 16 & 3) << 13;
	if ((r >> 9 & 3) == 0)
		s->mxcsr |= (u32)(r >> 18 & 1) << 15 | (u32)(r >> 19 & 1) << 6;
	if ((r >> 11 & 7) == 0)
		s->mxcsr |= r >> 20 & 0x3f;
	s->fcw = (u16)(0x7f | precision[r >> 35 & 7] << 8 | (r >> 32 & 1 ? (r >> 33 & 3) << 10 : 0));
	s->fsw = (u16)(top << 11 | (r >> 41 & 7) << 8 | (r >> 44 & 1) << 14);
	if ((r >> 45 & 7) == 0)
		s->fsw |= r >> 48 & 0x7f;
	s->ftw = 0;
	if ((r >> 55 & 3) == 0)
		s->ftw = r >> 57 & 0xff;
	else
		for (unsigned n = 0; n < 6; n++)
			s->ftw |= (u16)(1 << ((top + n) & 7));
}

void user_derive(struct user_state *s, u32 seed, bool mode64, bool upper)
{
	u64 g = seed, r;

	for (unsigned n = 0; n < 16; n++)
		s->r[n] = draw_gpr(&g);
	r = random_next(&g);
	s->r[4] = USER_DATA + 0x1000 + (r >> 8 & 0x1f8);
	s->rflags = (u32)(0x202 | (r >> 16 & 0x8d5) | ((r >> 32 & 3) == 0 ? 0x400 : 0));
	s->rip = USER_CODE + USER_CODE_AT;
	for (unsigned n = 0; !mode64 && n < 16; n++)
		s->r[n] = (u32)s->r[n];
	derive_control(s, random_next(&g));
	for (unsigned n = 0; n < 8; n++)
		s->st[n] = draw_extended(&g);
	memset(s->v, 0, sizeof(s->v));
	for (unsigned half = 0; half < (upper ? 4 : 2); half += 2)
		for (unsigned n = 0; n < 16; n++) {
			s->v[n][half] = draw_lane(&g);
			s->v[n][half + 1] = draw_lane(&g);
		}
}

void user_memory(u8 data[USER_DATA_SIZE])
{
	u64 g = 0x5838;
	unsigned at = 0;

	for (unsigned n = 0; n < 896; n++, at += 8)
		store_le64(data + at, draw_lane(&g));
	for (unsigned n = 0; n < 64; n++) {
		u64 v = random_next(&g);

		for (unsigned k = 0; k < 64; k += 8) {
			u8 b = (u8)(v >> k);

			data[at++] = (u8)((b >> 4) % 10 << 4 | (b & 15) % 10);
		}
	}
	for (unsigned n = 0; n < 32; n++, at += 16) {
		struct f80 v = draw_extended(&g);

		memset(data + at, 0, 16);
		store_le64(data + at, v.sig);
		store_le16(data + at + 8, v.se);
	}
}

/* ---- entries ------------------------------------------------------------------------------------------------- */

static unsigned key_length(u8 key)
{
	if (key <= KEY_RIP)
		return 8;
	if (key == KEY_MXCSR)
		return 4;
	if (key == KEY_FTW || key == KEY_GPR_IGNORE)
		return 1;
	if (key < KEY_ST)
		return 2;
	return key < KEY_XMM ? 10 : 16;
}

static void skip_entries(struct cursor *c)
{
	for (unsigned n = cursor_u8(c); n && !c->bad; n--) {
		u8 key = cursor_u8(c);

		if (key == KEY_MEM || key == KEY_MEM_IGNORE) {
			unsigned len;

			cursor_u16(c);
			len = cursor_u8(c);
			cursor_take(c, key == KEY_MEM ? len : 0);
		} else {
			cursor_take(c, key_length(key));
		}
	}
}

bool user_read(struct cursor *c, struct user_vector *v)
{
	v->ncode = cursor_u8(c);
	v->code = cursor_take(c, v->ncode);
	v->seed = cursor_u32(c);
	v->init = *c;
	skip_entries(c);
	v->trap = cursor_u8(c);
	v->error = v->trap != 255 ? cursor_u32(c) : 0;
	v->cr2 = v->trap == 14 ? cursor_u64(c) : 0;
	v->flags = cursor_u16(c);
	v->flags_mask = cursor_u16(c);
	v->fsw_mask = cursor_u16(c);
	v->diff = *c;
	skip_entries(c);
	return !c->bad;
}

static void apply_register(struct user_state *s, u8 key, const u8 *p)
{
	if (key < KEY_RIP) {
		s->r[key] = load_le64(p);
	} else if (key == KEY_RIP) {
		s->rip = load_le64(p);
	} else if (key == KEY_MXCSR) {
		s->mxcsr = load_le32(p);
	} else if (key == KEY_FCW) {
		s->fcw = load_le16(p);
	} else if (key == KEY_FSW) {
		s->fsw = load_le16(p);
	} else if (key == KEY_FTW) {
		s->ftw = *p;
	} else if (key < KEY_XMM) {
		s->st[key & 7].sig = load_le64(p);
		s->st[key & 7].se = load_le16(p + 8);
	} else {
		unsigned half = key >= KEY_YMM ? 2 : 0;

		s->v[key & 15][half] = load_le64(p);
		s->v[key & 15][half + 1] = load_le64(p + 8);
	}
}

void user_apply(struct cursor c, struct user_state *s, u8 *data, u8 *ignore, u16 *gprs)
{
	for (unsigned n = cursor_u8(&c); n && !c.bad; n--) {
		u8 key = cursor_u8(&c);

		if (key == KEY_MEM || key == KEY_MEM_IGNORE) {
			unsigned at = cursor_u16(&c), len = cursor_u8(&c);

			assert(at + len <= USER_DATA_SIZE);
			if (key == KEY_MEM)
				memcpy(data + at, cursor_take(&c, len), len);
			else if (ignore)
				memset(ignore + at, 1, len);
		} else if (key == KEY_GPR_IGNORE) {
			u8 reg = cursor_u8(&c);

			if (gprs)
				*gprs |= (u16)(1 << (reg & 15));
		} else {
			apply_register(s, key, cursor_take(&c, key_length(key)));
		}
	}
}

void user_restore(struct cursor c, u8 *data, const u8 *from, u8 *ignore)
{
	for (unsigned n = cursor_u8(&c); n && !c.bad; n--) {
		u8 key = cursor_u8(&c);

		if (key == KEY_MEM || key == KEY_MEM_IGNORE) {
			unsigned at = cursor_u16(&c), len = cursor_u8(&c);

			memcpy(data + at, from + at, len);
			if (ignore)
				memset(ignore + at, 0, len);
			cursor_take(&c, key == KEY_MEM ? len : 0);
		} else {
			cursor_take(&c, key_length(key));
		}
	}
}
