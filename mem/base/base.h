/* SPDX-License-Identifier: MIT */
/* The vocabulary that every other file shares: fixed-width types, bit helpers, byte-order-safe loads
 * and stores. Guest data is little endian on both guests; these helpers make that true on any host. */
#ifndef MEM_BASE_BASE_H
#define MEM_BASE_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef NDEBUG
#error "asserts are part of the program: build without NDEBUG"
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define countof(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n)     (1ull << (n))

#if defined(__GNUC__)
#define likely(x)          __builtin_expect(!!(x), 1)
#define unlikely(x)        __builtin_expect(!!(x), 0)
#define ALWAYS_INLINE      static inline __attribute__((always_inline))
#define COLD               __attribute__((cold, noinline))
#define PRINTF_LIKE(f, a)  __attribute__((format(printf, f, a)))
#else
#define likely(x)          (x)
#define unlikely(x)        (x)
#define ALWAYS_INLINE      static inline
#define COLD
#define PRINTF_LIKE(f, a)
#endif

/* The struct that contains `member`, given a pointer to the member. */
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

/* Bits lo .. lo+n-1 of v; 1 <= n <= 64. */
static inline u64 bits(u64 v, unsigned lo, unsigned n)
{
	return (v >> lo) & (~0ull >> (64 - n));
}

static inline bool bit(u64 v, unsigned n)
{
	return (v >> n) & 1;
}

/* All ones in the low n bits; 0 <= n <= 64. */
static inline u64 mask_low(unsigned n)
{
	return n >= 64 ? ~0ull : (1ull << n) - 1;
}

/* The low n bits of v as a signed number; 1 <= n <= 64. */
static inline s64 sign_extend(u64 v, unsigned n)
{
	u64 sign = 1ull << (n - 1);

	v &= mask_low(n);
	return (s64)((v ^ sign) - sign);
}

static inline unsigned min_uint(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

static inline u64 align_up(u64 v, u64 power_of_two)
{
	return (v + power_of_two - 1) & ~(power_of_two - 1);
}

/* ---- little-endian memory, any alignment ------------------------------------------------------ */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define HOST_BIG_ENDIAN 1
#else
#define HOST_BIG_ENDIAN 0
#endif

static inline u16 swap16(u16 v)
{
	return (u16)(v >> 8 | v << 8);
}

static inline u32 swap32(u32 v)
{
	return v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24;
}

static inline u64 swap64(u64 v)
{
	return (u64)swap32((u32)v) << 32 | swap32((u32)(v >> 32));
}

static inline u16 load_le16(const void *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return HOST_BIG_ENDIAN ? swap16(v) : v;
}

static inline u32 load_le32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return HOST_BIG_ENDIAN ? swap32(v) : v;
}

static inline u64 load_le64(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return HOST_BIG_ENDIAN ? swap64(v) : v;
}

static inline void store_le16(void *p, u16 v)
{
	v = HOST_BIG_ENDIAN ? swap16(v) : v;
	memcpy(p, &v, sizeof(v));
}

static inline void store_le32(void *p, u32 v)
{
	v = HOST_BIG_ENDIAN ? swap32(v) : v;
	memcpy(p, &v, sizeof(v));
}

static inline void store_le64(void *p, u64 v)
{
	v = HOST_BIG_ENDIAN ? swap64(v) : v;
	memcpy(p, &v, sizeof(v));
}

/* size is 1, 2, 4 or 8 bytes. */
static inline u64 load_le(const void *p, unsigned size)
{
	switch (size) {
	case 1:
		return *(const u8 *)p;
	case 2:
		return load_le16(p);
	case 4:
		return load_le32(p);
	default:
		return load_le64(p);
	}
}

static inline void store_le(void *p, unsigned size, u64 v)
{
	switch (size) {
	case 1:
		*(u8 *)p = (u8)v;
		break;
	case 2:
		store_le16(p, (u16)v);
		break;
	case 4:
		store_le32(p, (u32)v);
		break;
	default:
		store_le64(p, v);
		break;
	}
}

#endif
