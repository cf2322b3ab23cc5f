/* SPDX-License-Identifier: MIT */
/* Structures between memory and vectors (Arm ARM C4.1, "Advanced SIMD load/store multiple structures", "single
 * structure", and their post-indexed forms). Everything that can fault comes before the first register or byte is
 * changed. */
#include "cpu/arm/a64/ldst.h"
#include "cpu/arm/a64/simd.h"

/* ---- for `valid`: registers in C, index in H, what is added to the base in imm and M --------------- */

/* H is bit 23: post-index by M, or by the number of bytes if M is 31. Without it M must be 0. */
static bool post_index(struct insn *i, unsigned bytes)
{
	bool post = i->f[F_H], by_size = i->f[F_M] == R_ZR;

	if (!post && i->f[F_M])
		return false;
	if (!post)
		i->f[F_M] = R_ZR;
	i->imm = post && by_size ? bytes : 0;
	return true;
}

static bool multiple(struct insn *i, unsigned registers)
{
	i->f[F_C] = (u8)registers;
	return post_index(i, registers * (8u << i->f[F_Q]));
}

static bool multiple_1(struct insn *i)
{
	return multiple(i, 1);
}

static bool multiple_2(struct insn *i)
{
	return multiple(i, 2);
}

static bool multiple_3(struct insn *i)
{
	return multiple(i, 3);
}

static bool multiple_4(struct insn *i)
{
	return multiple(i, 4);
}

/* O is opcode<2:1>, the size if all of Q:S:size were index; C is S; imm is the size field. */
static bool single(struct insn *i, unsigned registers)
{
	unsigned scale = i->f[F_O], s = i->f[F_C], low = (unsigned)i->imm, place = i->f[F_Q] * 8u | s * 4u | low;

	if (scale == 3 || (scale == 1 && low & 1) || (scale == 2 && (low & 2 || (low && s))))
		return false;
	if (scale == 2 && low)
		scale = 3;
	i->size = (u8)scale;
	i->f[F_C] = (u8)registers;
	if (!post_index(i, registers << scale))
		return false;
	i->f[F_H] = (u8)(place >> scale);
	return true;
}

static bool single_1(struct insn *i)
{
	return single(i, 1);
}

static bool single_2(struct insn *i)
{
	return single(i, 2);
}

static bool single_3(struct insn *i)
{
	return single(i, 3);
}

static bool single_4(struct insn *i)
{
	return single(i, 4);
}

static bool replicate(struct insn *i, unsigned registers)
{
	i->f[F_C] = (u8)registers;
	return post_index(i, registers << i->size);
}

static bool replicate_1(struct insn *i)
{
	return replicate(i, 1);
}

static bool replicate_2(struct insn *i)
{
	return replicate(i, 2);
}

static bool replicate_3(struct insn *i)
{
	return replicate(i, 3);
}

static bool replicate_4(struct insn *i)
{
	return replicate(i, 4);
}

/* ---- memory ---------------------------------------------------------------------------------------- */

ALWAYS_INLINE void write_back(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_N]] += i->imm + c->x[i->f[F_M]];
}

COLD static void load_slow(struct arm *c, u64 va, u8 *out, unsigned bytes, unsigned element)
{
	for (unsigned k = 0; k < bytes; k += element)
		store_le(out + k, element, arm_read(c, va + k, element));
}

COLD static void store_slow(struct arm *c, u64 va, const u8 *in, unsigned bytes, unsigned element)
{
	for (unsigned k = 0; k < bytes; k += element)
		arm_probe_write(c, va + k, element);
	for (unsigned k = 0; k < bytes; k += element)
		arm_write(c, va + k, element, load_le(in + k, element));
}

ALWAYS_INLINE void load_bytes(struct arm *c, u64 va, u8 *out, unsigned bytes, unsigned element)
{
	if (likely(tlb_reads(&c->cpu.tlb, va, bytes)))
		memcpy(out, tlb_host(&c->cpu.tlb, va), bytes);
	else
		load_slow(c, va, out, bytes, element);
}

ALWAYS_INLINE void store_bytes(struct arm *c, u64 va, const u8 *in, unsigned bytes, unsigned element)
{
	if (likely(tlb_writes(&c->cpu.tlb, va, bytes)))
		memcpy(tlb_host(&c->cpu.tlb, va), in, bytes);
	else
		store_slow(c, va, in, bytes, element);
}

/* ---- multiple structures: registers * 8 or 16 bytes, the elements of `registers` registers in turn --- */

/* Bytes of a register, in memory's order. */
ALWAYS_INLINE union vec vec_load(const u8 *p, const bool q)
{
	return (union vec){{load_le64(p), q ? load_le64(p + 8) : 0}};
}

ALWAYS_INLINE void vec_store(u8 *p, union vec v, const bool q)
{
	store_le64(p, v.q[0]);
	if (q)
		store_le64(p + 8, v.q[1]);
}

ALWAYS_INLINE void load_plain(struct arm *c, const struct insn *i, const unsigned registers, const bool q)
{
	const unsigned bytes = 8u << q;
	u8 memory[64];

	load_bytes(c, a64_any_base(c, i), memory, registers * bytes, 1u << i->size);
	for (unsigned r = 0; r < registers; r++)
		c->v[(i->f[F_D] + r) & 31] = vec_load(memory + r * bytes, q);
	write_back(c, i);
}

ALWAYS_INLINE void store_plain(struct arm *c, const struct insn *i, const unsigned registers, const bool q)
{
	const unsigned bytes = 8u << q;
	u8 memory[64];

	for (unsigned r = 0; r < registers; r++)
		vec_store(memory + r * bytes, c->v[(i->f[F_D] + r) & 31], q);
	store_bytes(c, a64_any_base(c, i), memory, registers * bytes, 1u << i->size);
	write_back(c, i);
}

ALWAYS_INLINE void load_turns(struct arm *c, const struct insn *i, const unsigned size, const bool q,
	const unsigned registers)
{
	const unsigned bytes = 8u << q, element = 1u << size;
	u8 memory[64], v[4][16];

	load_bytes(c, a64_any_base(c, i), memory, registers * bytes, element);
	for (unsigned k = 0; k < bytes; k += element)
		for (unsigned r = 0; r < registers; r++)
			memcpy(v[r] + k, memory + k * registers + r * element, element);
	for (unsigned r = 0; r < registers; r++)
		c->v[(i->f[F_D] + r) & 31] = vec_load(v[r], q);
	write_back(c, i);
}

ALWAYS_INLINE void store_turns(struct arm *c, const struct insn *i, const unsigned size, const bool q,
	const unsigned registers)
{
	const unsigned bytes = 8u << q, element = 1u << size;
	u8 memory[64], v[4][16];

	for (unsigned r = 0; r < registers; r++)
		vec_store(v[r], c->v[(i->f[F_D] + r) & 31], q);
	for (unsigned k = 0; k < bytes; k += element)
		for (unsigned r = 0; r < registers; r++)
			memcpy(memory + k * registers + r * element, v[r] + k, element);
	store_bytes(c, a64_any_base(c, i), memory, registers * bytes, element);
	write_back(c, i);
}

#define SIZED_PLAIN(name, body, n) \
	SIZED_AS(name##_d, body, n, false) SIZED_AS(name##_q, body, n, true)
#define SIZED_TURNS(name, body, n) \
	SIZED_AS(name##_8b, body, 0, false, n) SIZED_AS(name##_4h, body, 1, false, n) \
	SIZED_AS(name##_2s, body, 2, false, n) SIZED_AS(name##_16b, body, 0, true, n) \
	SIZED_AS(name##_8h, body, 1, true, n) SIZED_AS(name##_4s, body, 2, true, n) \
	SIZED_AS(name##_2d, body, 3, true, n)
#define SIZED_AS(name, body, ...) \
	static void name(struct cpu *cpu, const struct insn *i) \
	{ \
		body(arm_from(cpu), i, __VA_ARGS__); \
		cpu_next(cpu, i); \
	}
#define SIZES_PLAIN(name) {name##_d, name##_d, name##_d, name##_d, name##_q, name##_q, name##_q, name##_q}
SIZED_PLAIN(ld1_1, load_plain, 1)
SIZED_PLAIN(ld1_2, load_plain, 2)
SIZED_PLAIN(ld1_3, load_plain, 3)
SIZED_PLAIN(ld1_4, load_plain, 4)
SIZED_PLAIN(st1_1, store_plain, 1)
SIZED_PLAIN(st1_2, store_plain, 2)
SIZED_PLAIN(st1_3, store_plain, 3)
SIZED_PLAIN(st1_4, store_plain, 4)
SIZED_TURNS(ld2, load_turns, 2)
SIZED_TURNS(ld3, load_turns, 3)
SIZED_TURNS(ld4, load_turns, 4)
SIZED_TURNS(st2, store_turns, 2)
SIZED_TURNS(st3, store_turns, 3)
SIZED_TURNS(st4, store_turns, 4)

/* ---- single structures: one element of each register, or one in all places ------------------------- */

static void load_elements(struct arm *c, const struct insn *i)
{
	unsigned registers = i->f[F_C], element = 1u << i->size;
	u8 memory[32];

	load_bytes(c, a64_any_base(c, i), memory, registers * element, element);
	for (unsigned r = 0; r < registers; r++)
		lane_set(c->v[(i->f[F_D] + r) & 31].q, i->f[F_H], 8 * element, load_le(memory + r * element, element));
	write_back(c, i);
}
SIZED_A64_0(load_elements)

static void store_elements(struct arm *c, const struct insn *i)
{
	unsigned registers = i->f[F_C], element = 1u << i->size;
	u8 memory[32];

	for (unsigned r = 0; r < registers; r++)
		store_le(memory + r * element, element,
			lane_get(c->v[(i->f[F_D] + r) & 31].q, i->f[F_H], 8 * element));
	store_bytes(c, a64_any_base(c, i), memory, registers * element, element);
	write_back(c, i);
}
SIZED_A64_0(store_elements)

static void load_replicate(struct arm *c, const struct insn *i)
{
	unsigned registers = i->f[F_C], element = 1u << i->size;
	u8 memory[32];

	load_bytes(c, a64_any_base(c, i), memory, registers * element, element);
	for (unsigned r = 0; r < registers; r++) {
		u64 v = load_le(memory + r * element, element) * lanes_low(8 * element);

		c->v[(i->f[F_D] + r) & 31] = (union vec){{v, i->f[F_Q] ? v : 0}};
	}
	write_back(c, i);
}
SIZED_A64_0(load_replicate)

#define SIZES_ALL(fn) {fn##_any, fn##_any, fn##_any, fn##_any, fn##_any, fn##_any, fn##_any, fn##_any}

static const struct insn_row rows[] = {
	{"0q001100h10mmmmm0111ssnnnnnddddd", "ld1 {list}, [{Xn|sp}]{post}", SIZES_PLAIN(ld1_1), .attr = FPSIMD, .valid = multiple_1},
	{"0q001100h10mmmmm1010ssnnnnnddddd", "ld1 {list}, [{Xn|sp}]{post}", SIZES_PLAIN(ld1_2), .attr = FPSIMD, .valid = multiple_2},
	{"0q001100h10mmmmm0110ssnnnnnddddd", "ld1 {list}, [{Xn|sp}]{post}", SIZES_PLAIN(ld1_3), .attr = FPSIMD, .valid = multiple_3},
	{"0q001100h10mmmmm0010ssnnnnnddddd", "ld1 {list}, [{Xn|sp}]{post}", SIZES_PLAIN(ld1_4), .attr = FPSIMD, .valid = multiple_4},
	{"0q001100h10mmmmm1000ssnnnnnddddd", "ld2 {list}, [{Xn|sp}]{post}", SIZES_BHSD(ld2), .attr = FPSIMD, .valid = multiple_2},
	{"0q001100h10mmmmm0100ssnnnnnddddd", "ld3 {list}, [{Xn|sp}]{post}", SIZES_BHSD(ld3), .attr = FPSIMD, .valid = multiple_3},
	{"0q001100h10mmmmm0000ssnnnnnddddd", "ld4 {list}, [{Xn|sp}]{post}", SIZES_BHSD(ld4), .attr = FPSIMD, .valid = multiple_4},
	{"0q001100h00mmmmm0111ssnnnnnddddd", "st1 {list}, [{Xn|sp}]{post}", SIZES_PLAIN(st1_1), .attr = FPSIMD, .valid = multiple_1},
	{"0q001100h00mmmmm1010ssnnnnnddddd", "st1 {list}, [{Xn|sp}]{post}", SIZES_PLAIN(st1_2), .attr = FPSIMD, .valid = multiple_2},
	{"0q001100h00mmmmm0110ssnnnnnddddd", "st1 {list}, [{Xn|sp}]{post}", SIZES_PLAIN(st1_3), .attr = FPSIMD, .valid = multiple_3},
	{"0q001100h00mmmmm0010ssnnnnnddddd", "st1 {list}, [{Xn|sp}]{post}", SIZES_PLAIN(st1_4), .attr = FPSIMD, .valid = multiple_4},
	{"0q001100h00mmmmm1000ssnnnnnddddd", "st2 {list}, [{Xn|sp}]{post}", SIZES_BHSD(st2), .attr = FPSIMD, .valid = multiple_2},
	{"0q001100h00mmmmm0100ssnnnnnddddd", "st3 {list}, [{Xn|sp}]{post}", SIZES_BHSD(st3), .attr = FPSIMD, .valid = multiple_3},
	{"0q001100h00mmmmm0000ssnnnnnddddd", "st4 {list}, [{Xn|sp}]{post}", SIZES_BHSD(st4), .attr = FPSIMD, .valid = multiple_4},
	{"0q001101h10mmmmmoo0ciinnnnnddddd", "ld1 {elements}, [{Xn|sp}]{post}", SIZES_ALL(load_elements),
		.attr = FPSIMD, .valid = single_1},
	{"0q001101h11mmmmmoo0ciinnnnnddddd", "ld2 {elements}, [{Xn|sp}]{post}", SIZES_ALL(load_elements),
		.attr = FPSIMD, .valid = single_2},
	{"0q001101h10mmmmmoo1ciinnnnnddddd", "ld3 {elements}, [{Xn|sp}]{post}", SIZES_ALL(load_elements),
		.attr = FPSIMD, .valid = single_3},
	{"0q001101h11mmmmmoo1ciinnnnnddddd", "ld4 {elements}, [{Xn|sp}]{post}", SIZES_ALL(load_elements),
		.attr = FPSIMD, .valid = single_4},
	{"0q001101h00mmmmmoo0ciinnnnnddddd", "st1 {elements}, [{Xn|sp}]{post}", SIZES_ALL(store_elements),
		.attr = FPSIMD, .valid = single_1},
	{"0q001101h01mmmmmoo0ciinnnnnddddd", "st2 {elements}, [{Xn|sp}]{post}", SIZES_ALL(store_elements),
		.attr = FPSIMD, .valid = single_2},
	{"0q001101h00mmmmmoo1ciinnnnnddddd", "st3 {elements}, [{Xn|sp}]{post}", SIZES_ALL(store_elements),
		.attr = FPSIMD, .valid = single_3},
	{"0q001101h01mmmmmoo1ciinnnnnddddd", "st4 {elements}, [{Xn|sp}]{post}", SIZES_ALL(store_elements),
		.attr = FPSIMD, .valid = single_4},
	{"0q001101h10mmmmm1100ssnnnnnddddd", "ld1r {list}, [{Xn|sp}]{post}", SIZES_ALL(load_replicate),
		.attr = FPSIMD | OVERRIDES, .valid = replicate_1},
	{"0q001101h11mmmmm1100ssnnnnnddddd", "ld2r {list}, [{Xn|sp}]{post}", SIZES_ALL(load_replicate),
		.attr = FPSIMD | OVERRIDES, .valid = replicate_2},
	{"0q001101h10mmmmm1110ssnnnnnddddd", "ld3r {list}, [{Xn|sp}]{post}", SIZES_ALL(load_replicate),
		.attr = FPSIMD | OVERRIDES, .valid = replicate_3},
	{"0q001101h11mmmmm1110ssnnnnnddddd", "ld4r {list}, [{Xn|sp}]{post}", SIZES_ALL(load_replicate),
		.attr = FPSIMD | OVERRIDES, .valid = replicate_4},
};

const struct insn_group a64_group_simd_ldst = {
	"SIMD loads and stores", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD load/store multiple structures, single structure",
};
