/* SPDX-License-Identifier: MIT */
/* Port I/O: IN, OUT, INS, OUTS, the permission check by IOPL and the TSS bitmap, I/O breakpoints. Intel SDM vol. 1,
 * chapter 19; vol. 2, IN, INS, OUT, OUTS. */
#include "cpu/x86/string.h"
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

void x86_check_port(struct x86 *c, u16 port, unsigned bytes)
{
	u64 map;
	u32 bits;

	if (!x86_protected(c) || (!x86_v86(c) && c->cpl <= x86_iopl(c)))
		return;
	if ((x86_sys_type(c->tr.attr) & ~SYS_BUSY) != SYS_TSS || c->tr.limit < 0x67)
		x86_gp(c, 0);
	map = x86_lin_read(c, c->tr.base + 0x66, 2, VIEW_SUPER) + port / 8;
	if (map + 1 > c->tr.limit)
		x86_gp(c, 0);
	bits = (u32)x86_lin_read(c, c->tr.base + map, 2, VIEW_SUPER) >> (port & 7);
	if (bits & (u32)mask_low(bytes))
		x86_gp(c, 0);
}

static bool watched(const struct x86 *c)
{
	return unlikely((c->dr[7] & 0xff) && (c->cr4 & CR4_DE));
}

/* A write to port 80h, the code of a power-on test, is how PC programs wait. */
static void note_port(struct x86 *c, u16 port, unsigned bytes, const char *what, u64 value)
{
	if (log_on(LOG_GUEST_ERRORS) && port != 0x80)
		x86_note_access(c, c->cpu.ports, port, bytes, what, value);
}

u64 x86_port_read(struct x86 *c, u16 port, unsigned bytes)
{
	u64 v;

	if (watched(c))
		x86_watch_port(c, port, bytes);
	v = space_read(c->cpu.ports, port, bytes);
	note_port(c, port, bytes, "reads port", v);
	return v;
}

void x86_port_write(struct x86 *c, u16 port, unsigned bytes, u64 value)
{
	if (watched(c))
		x86_watch_port(c, port, bytes);
	space_write(c->cpu.ports, port, bytes, value);
	note_port(c, port, bytes, "writes port", value);
}

/* ---- IN, OUT ------------------------------------------------------------------------------------- */

ALWAYS_INLINE void in_port(struct x86 *c, u16 port, unsigned size)
{
	x86_check_port(c, port, 1u << size);
	x86_set_reg(c, R_AX, size, x86_port_read(c, port, 1u << size));
}

ALWAYS_INLINE void out_port(struct x86 *c, u16 port, unsigned size)
{
	x86_check_port(c, port, 1u << size);
	x86_port_write(c, port, 1u << size, x86_get_reg_at(c, R_AX, size));
}

static void in_imm(struct cpu *cpu, const struct insn *i)
{
	in_port(x86_from(cpu), (u8)i->imm32, i->size);
}

static void in_dx(struct cpu *cpu, const struct insn *i)
{
	in_port(x86_from(cpu), (u16)x86_from(cpu)->r[R_DX], i->size);
}

static void out_imm(struct cpu *cpu, const struct insn *i)
{
	out_port(x86_from(cpu), (u8)i->imm32, i->size);
}

static void out_dx(struct cpu *cpu, const struct insn *i)
{
	out_port(x86_from(cpu), (u16)x86_from(cpu)->r[R_DX], i->size);
}

/* ---- INS, OUTS ----------------------------------------------------------------------------------- */

/* In real mode the pointer and the counter have already moved when the limit check fails, as captured on the 80286;
 * every other fault leaves them (SDM vol. 3, 6.6). */
static void move_past_limit(struct x86 *c, const struct insn *i, unsigned seg, unsigned n, unsigned size)
{
	u64 ea = x86_string_at(c, i, n);

	if (likely(x86_protected(c) || x86_seg_allows(&c->seg[seg], true, ea, 1u << size, true)))
		return;
	x86_string_move(c, i, n, x86_string_step(c, size));
	if (i->f[F_PFX] & (PFX_REP | PFX_REPNE))
		x86_string_move(c, i, R_CX, -1);
	x86_raise_error(c, seg == S_SS ? X_SS : X_GP, 0);
}

/* Nothing may fault once the port has been read. */
static bool ins_one(struct x86 *c, const struct insn *i, unsigned size)
{
	u64 di = x86_string_at(c, i, R_DI);
	u16 port = (u16)c->r[R_DX];

	x86_check_port(c, port, 1u << size);
	move_past_limit(c, i, S_ES, R_DI, size);
	x86_probe_write(c, S_ES, di, 1u << size);
	x86_write(c, S_ES, di, 1u << size, x86_port_read(c, port, 1u << size));
	x86_string_move(c, i, R_DI, x86_string_step(c, size));
	return true;
}

static bool outs_one(struct x86 *c, const struct insn *i, unsigned size)
{
	u16 port = (u16)c->r[R_DX];

	x86_check_port(c, port, 1u << size);
	move_past_limit(c, i, i->f[F_SEG], R_SI, size);
	x86_port_write(c, port, 1u << size, x86_read(c, i->f[F_SEG], x86_string_at(c, i, R_SI), 1u << size));
	x86_string_move(c, i, R_SI, x86_string_step(c, size));
	return true;
}

/* The port is checked before the counter is looked at: REP INS with a count of 0 may still be #GP, as on processors. */
static void repeat_io(struct x86 *c, const struct insn *i, x86_string_one *one)
{
	unsigned size = min_uint(i->size, 2);

	x86_check_port(c, (u16)c->r[R_DX], 1u << size);
	x86_string_repeat(c, i, size, one, NULL, false);
}

static void ins(struct cpu *cpu, const struct insn *i)
{
	repeat_io(x86_from(cpu), i, ins_one);
}

static void outs(struct cpu *cpu, const struct insn *i)
{
	repeat_io(x86_from(cpu), i, outs_one);
}

static const struct insn_row rows[] = {
	{"E4 ib", "in al,Ib", SIZES1(in_imm), .flags_out = 0},
	{"E5 ib", "in eax,Ib", SIZES1(in_imm), .flags_out = 0},
	{"EC", "in al,dx", SIZES1(in_dx), .flags_out = 0},
	{"ED", "in eax,dx", SIZES1(in_dx), .flags_out = 0},
	{"E6 ib", "out Ib,al", SIZES1(out_imm), .flags_out = 0},
	{"E7 ib", "out Ib,eax", SIZES1(out_imm), .flags_out = 0},
	{"EE", "out dx,al", SIZES1(out_dx), .flags_out = 0},
	{"EF", "out dx,eax", SIZES1(out_dx), .flags_out = 0},
	{"6C", "insb Yb,dx", SIZES1(ins), .attr = REPS},
	{"6D", "ins Yz,dx", SIZES1(ins), .attr = REPS},
	{"6E", "outsb dx,Xb", SIZES1(outs), .attr = REPS},
	{"6F", "outs dx,Xz", SIZES1(outs), .attr = REPS},
};

const struct insn_group x86_group_io = { "io", rows, countof(rows), "Intel SDM vol. 2: IN OUT INS OUTS" };
