/* SPDX-License-Identifier: MIT */
/* What the files of the system side (segmentation, paging, interrupts, tasks, debug, SMM) share among
 * themselves and with nobody else. Intel SDM vol. 3, chapters 3 to 8, 17 and 31. */
#ifndef CPU_X86_SYS_H
#define CPU_X86_SYS_H

#include "cpu/x86/isa.h"
#include "mem/base/err.h"

/* ---- paging.c, access.c -------------------------------------------------------------------------- */

/* Privilege views of an address space; also the TLB's modes. VIEW_SUPER is what implicit supervisor accesses use,
 * VIEW_SUPER_AC is CPL 0-2 with EFLAGS.AC under SMAP (SDM vol. 3, 4.6.1). */
enum x86_view { VIEW_SUPER, VIEW_USER, VIEW_SUPER_AC };

/* Error code of a page fault (SDM vol. 3, figure 4-12) */
enum { PF_P = 1, PF_W = 2, PF_U = 4, PF_RSVD = 8, PF_I = 16 };

struct x86_page {
	u64 phys; /* of the 4 KiB page */
	u64 span; /* bytes mapped by the entry that maps it */
	bool global, read, write, fetch; /* allowed in this view without another walk (write: D is set) */
};

/* The view that an access by the program itself has. */
static inline unsigned x86_view_now(const struct x86 *c)
{
	if (c->cpl == 3)
		return VIEW_USER;
	return (c->cr4 & CR4_SMAP) && (c->flags & FL_AC) ? VIEW_SUPER_AC : VIEW_SUPER;
}

static inline bool x86_canonical(u64 la)
{
	return (u64)((s64)(la << 16) >> 16) == la;
}

static inline bool x86_long(const struct x86 *c)
{
	return c->efer & EFER_LMA;
}

/* Walks the page tables, sets A and D bits, raises #PF. */
void x86_walk(struct x86 *c, u64 la, enum access access, unsigned view, struct x86_page *out);
/* The same for a debugger: changes nothing, raises nothing; false if nothing is mapped there. */
bool x86_peek(struct x86 *c, u64 la, u64 *phys);
/* Reads the four PDPTEs that cr3 points to; false if one has reserved bits set (#GP), and then nothing has changed. */
bool x86_load_pdptes(struct x86 *c, u64 cr3);
/* CR3 as loaded by a task switch or MOV: flushes what SDM vol. 3, 4.10.4.1 says. */
void x86_set_cr3(struct x86 *c, u64 value, bool keep);
/* The TLB tag of the present address space. */
u64 x86_tlb_key(const struct x86 *c);

/* Limit and type of an access to [ea, ea + n) outside 64-bit mode. */
bool x86_seg_allows(const struct seg *s, bool real, u64 ea, unsigned n, bool write);
/* Physical memory behind the A20 gate. */
u64 x86_phys_read(struct x86 *c, u64 pa, unsigned bytes);
void x86_phys_write(struct x86 *c, u64 pa, unsigned bytes, u64 value);

/* Linear addresses in a given view; may cross a page. */
u64 x86_lin_read(struct x86 *c, u64 la, unsigned bytes, unsigned view);
void x86_lin_write(struct x86 *c, u64 la, unsigned bytes, u64 value, unsigned view);
void x86_fetch(struct cpu *cpu, u64 pc, struct fetch *out);
/* Raises what a byte load would, without loading. */
void x86_touch(struct x86 *c, unsigned seg, u64 ea);
/* Raises what a write would. */
void x86_lin_probe(struct x86 *c, u64 la, unsigned bytes, unsigned view);

/* ---- desc.c -------------------------------------------------------------------------------------- */

struct x86_desc {
	u64 lo, hi; /* hi: the second half of a 16-byte descriptor */
	u64 la;     /* where it lies */
	u16 sel, attr;
};

/* System types of SEG_TYPE (SDM vol. 3, table 3-2) */
enum {
	SYS_TSS16 = 1, SYS_LDT = 2, SYS_TSS16_BUSY = 3, SYS_CALL16 = 4, SYS_TASK_GATE = 5, SYS_INT16 = 6,
	SYS_TRAP16 = 7, SYS_TSS = 9, SYS_TSS_BUSY = 11, SYS_CALL = 12, SYS_INT = 14, SYS_TRAP = 15, SYS_BUSY = 2,
};

static inline unsigned x86_dpl(u16 attr)
{
	return attr >> 5 & 3;
}

static inline bool x86_null(u16 sel)
{
	return !(sel & 0xfffc);
}

/* Code or data segment, not a system descriptor. */
static inline bool x86_is_code(u16 attr)
{
	return (attr & (SEG_S | SEG_CODE)) == (SEG_S | SEG_CODE);
}

static inline bool x86_is_data(u16 attr)
{
	return (attr & (SEG_S | SEG_CODE)) == SEG_S;
}

static inline bool x86_is_stack(u16 attr) /* writable data */
{
	return (attr & (SEG_S | SEG_CODE | SEG_RW)) == (SEG_S | SEG_RW);
}

/* System type, or -1 for code and data. */
static inline int x86_sys_type(u16 attr)
{
	return attr & SEG_S ? -1 : attr & SEG_TYPE;
}

/* False: null selector or beyond the table's limit. */
bool x86_desc_get(struct x86 *c, u16 sel, struct x86_desc *d);
/* As above, but raises vector(sel) instead, with `ext` in bit 0. `what` names the selector in the fault chain. */
void x86_desc_need(struct x86 *c, u16 sel, struct x86_desc *d, unsigned vector, u32 ext, const char *what);
/* Second half of a system descriptor in IA-32e mode; false if it is beyond the limit or its type field is not 0. */
bool x86_desc_upper(struct x86 *c, struct x86_desc *d);
u64 x86_desc_base(const struct x86_desc *d); /* hi counts only for system descriptors */
u32 x86_desc_limit(const struct x86_desc *d);
/* Sets the accessed bit in memory if it is clear. */
void x86_desc_touch(struct x86 *c, struct x86_desc *d);
void x86_desc_set_type(struct x86 *c, struct x86_desc *d, unsigned type);
void x86_desc_cache(const struct x86_desc *d, u16 sel, struct seg *s);

/* Loads DS, ES, FS, GS or SS as MOV does in the present mode, with all checks. */
void x86_load_seg(struct x86 *c, unsigned seg, u16 sel);
/* What a real-mode or virtual-8086 load does. */
void x86_load_seg_real(struct x86 *c, unsigned seg, u16 sel);
void x86_load_seg_null(struct x86 *c, unsigned seg, u16 sel);
/* After a return to an outer level: data segments of an inner level become null (SDM vol. 2, RET). */
void x86_drop_inner_segs(struct x86 *c);
/* CS from a checked descriptor; does not call x86_update. */
void x86_set_cs(struct x86 *c, struct x86_desc *d, u16 sel, unsigned cpl);

/* ---- stack.. of another privilege level, before it is committed ---------------------------------- */

struct x86_stack {
	struct seg seg;
	u64 sp, mask;
	u8 view;
	bool long64, real;
};

void x86_stack_now(const struct x86 *c, struct x86_stack *st);
/* err: error code of #SS if the stack is too small or not canonical. */
void x86_stack_push(struct x86 *c, struct x86_stack *st, unsigned bytes, u64 value, u32 err);
u64 x86_stack_at(struct x86 *c, const struct x86_stack *st, u64 offset, unsigned bytes, u32 err);
u64 x86_stack_pop(struct x86 *c, struct x86_stack *st, unsigned bytes, u32 err);
/* rSP under the stack's mask. */
void x86_stack_commit(struct x86 *c, const struct x86_stack *st);
/* SS:rSP of privilege level dpl from the task-state segment, checked (SDM vol. 2, INT n and CALL); raises #TS, #SS.
 * For 64-bit mode: rSP only, ist 1-7 or 0. */
void x86_stack_inner(struct x86 *c, unsigned dpl, struct x86_stack *st, u32 ext);
void x86_stack_inner64(struct x86 *c, unsigned dpl, unsigned ist, struct x86_stack *st, u32 ext);

/* ---- far.c: returns, shared with IRET ------------------------------------------------------------ */

/* Checks the code segment that a far return or IRET goes to, and ip against it; raises. */
void x86_return_cs(struct x86 *c, u16 sel, u64 ip, struct x86_desc *d);
/* Checks and commits a return: CS:ip, and SS:sp if `outer` (other privilege level, or IRETQ). */
void x86_return_to(struct x86 *c, struct x86_desc *cs, u16 cs_sel, u64 ip, bool outer, u16 ss_sel, u64 sp);
bool x86_desc_is_code64(const struct x86 *c, const struct x86_desc *d);

/* ---- fault.c, interrupt.c ------------------------------------------------------------------------ */

struct x86_event {
	u8 vector, kind;
	bool has_error;
	u32 error;
	u64 ip; /* to return to */
};

/* Enters the handler. Commits nothing until all checks have passed. */
void x86_enter_event(struct x86 *c, const struct x86_event *e);
/* INT n, INT3, INTO, INT1 from exec. */
void x86_soft_int(struct x86 *c, const struct insn *i, unsigned vector, enum x86_event_kind kind, bool int_n);
/* Enters the handler of an interrupt or trap between instructions; return address is pc. */
void x86_inject(struct x86 *c, unsigned vector, enum x86_event_kind kind);
void x86_deliver(struct cpu *cpu);
/* Says why the delivery is failing, for the fault chain; then raises. */
X86_NORETURN void x86_fail(struct x86 *c, unsigned vector, u32 error, const char *why);
void x86_shutdown(struct x86 *c, const char *why);
/* Tells of an access to an address of s that nobody claims ("reads port"); for when LOG_GUEST_ERRORS is on. */
void x86_note_access(struct x86 *c, const struct space *s, u64 addr, unsigned bytes, const char *what, u64 value);

/* ---- boundary.c, debug.c ------------------------------------------------------------------------- */

void x86_boundary(struct cpu *cpu);
/* TF, RF, breakpoints or interrupts that may now be deliverable: ask for a boundary. */
void x86_rearm(struct x86 *c);
/* x86.shadow: set by the instruction; the boundary after it shifts them to SHADOW_OLD, the next one drops them. */
enum { SHADOW_STI = 1, SHADOW_SS = 2, SHADOW_NEW = 3, SHADOW_OLD = 12, SHADOW_OLD_SHIFT = 2 };

/* True if a data breakpoint is enabled somewhere in the page. */
bool x86_page_watched(const struct x86 *c, u64 la);
/* Data and I/O breakpoints that [addr, addr + n) hits: a #DB is due after the instruction. */
void x86_watch(struct x86 *c, u64 la, unsigned n, enum access access);
void x86_watch_port(struct x86 *c, u16 port, unsigned n);
/* DR6 bits of the execution breakpoints at linear address la. */
u32 x86_exec_breakpoint(const struct x86 *c, u64 la);
/* DR7 or an address changed. */
void x86_debug_changed(struct x86 *c);

/* ---- task.c, smm.c, msr.c, cpuid.c --------------------------------------------------------------- */

enum x86_task_source { TASK_JUMP, TASK_CALL, TASK_IRET, TASK_GATE_INT };
/* Switches to the task whose checked TSS descriptor is d; ip and flags are what the old task resumes with. */
void x86_task_switch(struct x86 *c, struct x86_desc *d, enum x86_task_source source, u64 ip, u32 flags, u32 ext);
/* Checks a TSS selector: in the GDT, a TSS that is busy or not as asked, present; raises vector or #NP. */
void x86_task_desc(struct x86 *c, u16 sel, struct x86_desc *d, bool busy, unsigned vector, u32 ext);
/* Where a task gate leads. */
void x86_task_gate(struct x86 *c, u16 tss_sel, enum x86_task_source source, u64 ip);

void x86_enter_smm(struct x86 *c);
void x86_reset_state(struct x86 *c, bool init);

u64 x86_tsc(const struct x86 *c);
bool x86_msr_read(struct x86 *c, u32 msr, u64 *value);
bool x86_msr_write(struct x86 *c, u32 msr, u64 value);
void x86_msr_reset(struct x86 *c);

/* CR0 and CR4 as MOV writes them, checked (#GP(0)); mode changes included. */
void x86_write_cr0(struct x86 *c, u64 value);
void x86_write_cr3(struct x86 *c, u64 value);
void x86_write_cr4(struct x86 *c, u64 value);

void x86_cpuid(struct x86 *c, u32 leaf, u32 subleaf, u32 out[4]);
/* "name[,+feature|,-feature ...]" as in QEMU; NULL: the default. Fills model and features. */
bool x86_model_set(struct x86 *c, const char *spec, struct err *err);
u32 x86_model_signature(const struct x86_model *m);
bool x86_model_is_amd(const struct x86 *c);
#define X86_PHYS_BITS 40

#endif
