/* SPDX-License-Identifier: MIT */
/*
 * Hardware task switches: by CALL, JMP, IRET, INT through a task gate and a double fault; busy bits, back links,
 * NT, TS, CR3 and LDT, the T bit, 16-bit TSSs and the faults on the way (SDM vol. 3 chapter 7).
 */
#include "firmware/x86/lib/page.h"
#include "firmware/x86/test/ring32.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

void task_body(void);
void task_jump_body(void);
void task_fault_body(void);
void task_space_body(void);

enum { TASK_AT = LOW_DATA + 0x2000, TASK_STACK = LOW_DATA + 0x8000, TASK_EAX = 0x12345678, TASK_EDI = 0x9ABCDEF0 };

_Static_assert(offsetof(struct seg_state, tss) + offsetof(struct tss32, eip) == MAIN_TSS_EIP, "ring32.h is wrong");

#define STRING_(x) #x
#define STRING(x) STRING_(x)

static struct tss32 *task(void)
{
	return phys(TASK_AT);
}

static u32 type_of(u32 selector)
{
	return (u32)(seg_state.gdt[selector / 8] >> 40) & 0xF;
}

/* A fresh TSS in SLOT_TASK that starts at `body` in ring 0 with flat segments. */
static void make_task(void (*body)(void))
{
	struct tss32 *t = task();

	memset(t, 0, 256);
	t->eip = (u32)body;
	t->eflags = 2;
	t->eax = TASK_EAX;
	t->edi = TASK_EDI;
	t->esp = TASK_STACK;
	t->cs = SEL_CODE0;
	t->ss = t->ds = t->es = t->fs = t->gs = SEL_DATA0;
	t->cr3 = cr3_get();
	t->esp0 = TASK_STACK;
	t->ss0 = SEL_DATA0;
	t->iomap = sizeof(*t);
	seg_free_set(SLOT_TASK, seg_make(TASK_AT, 0x67, SEG_TSS, 0));
	seg_free_set(SLOT_TASK_GATE, seg_gate(SEL_TASK, 0, SEG_TASK_GATE, 0));
	seg_tr_load(SEL_TSS);
	cr0_set(cr0_get() & ~(uw)CR0_TS);
}

SNIPPET(call_task, "movl $0x1234, %%ecx\n\t" TRAP_NEXT "lcall $" STRING(SEL_TASK) ", $0\n9:\tmovl %%ecx, " WORD(10)
		   "\n\tpushfl\n\tpopl " WORD(11) "\n\tstr %%ax\n\tmovzwl %%ax, %%eax\n\tmovl %%eax, " WORD(12))
SNIPPET(jump_task, "movl $0x1234, %%ecx\n\tljmp $" STRING(SEL_TASK) ", $0\n\tmovl %%ecx, " WORD(10))
SNIPPET(call_task_gate, TRAP_MARK "lcall $" STRING(SEL_TASK_GATE) ", $0\n\tstr %%ax\n\tmovzwl %%ax, %%eax\n\t"
	"movl %%eax, " WORD(12))
SNIPPET(int_task_gate, "int $0x91\n\tstr %%ax\n\tmovzwl %%ax, %%eax\n\tmovl %%eax, " WORD(12))
SNIPPET(call_task_fault, TRAP_MARK "lcall $" STRING(SEL_TASK) ", $0")
SNIPPET(iret_task, "pushfl\n\torl $0x4000, (%%esp)\n\tpopfl\n\t" TRAP_MARK "iretl")
SNIPPET(fault_np, "movl $8f, " WORD(9) "\n\tmovl $" STRING(SEL_MISC) ", %%eax\n\t" TRAP_MARK "movl %%eax, %%es\n8:")
SNIPPET(fault_de, "movl $8f, " WORD(9) "\n\txorl %%ecx, %%ecx\n\tdivl %%ecx\n8:")

static void check_call(void)
{
	volatile uw *w = test_state.word;

	make_task(task_body);
	check_none("call", trap_catch(call_task, NULL));
	check("call-loads-eax", w[0], TASK_EAX);
	check("call-loads-edi", w[1], TASK_EDI);
	check("call-loads-esp", w[6], TASK_STACK);
	check("call-sets-nt", w[2] & FLAG_NT, FLAG_NT);
	check("call-task-register", w[3], SEL_TASK);
	check("call-sets-ts", w[4] & CR0_TS, CR0_TS);
	check("call-back-link", task()->link, SEL_TSS);
	check("call-saves-caller-eip", seg_state.tss.t32.eip, trap_mark);
	check("call-saves-caller-ecx", seg_state.tss.t32.ecx, 0x1234);
	check("iret-restores-ecx", w[10], 0x1234);
	check("iret-restores-tr", w[12], SEL_TSS);
	check("iret-clears-nt-of-caller", w[11] & FLAG_NT, 0);
	check("iret-saves-edi-in-old-tss", task()->edi, 0x77777777);
	check("iret-clears-nt-in-old-tss", task()->eflags & FLAG_NT, 0);
	check("iret-old-task-available", type_of(SEL_TASK), 9);
	check("iret-new-task-busy", type_of(SEL_TSS), 11);
	check_none("call-again", trap_catch(call_task, NULL));
	check("call-again-goes-on-where-it-was", w[1], 0x77777777);
}

static void check_jump_and_gates(void)
{
	volatile uw *w = test_state.word;

	make_task(task_jump_body);
	w[10] = 0;
	check_none("jmp", trap_catch(jump_task, NULL));
	check("jmp-task-register", w[3], SEL_TASK);
	check("jmp-leaves-nt-clear", w[2] & FLAG_NT, 0);
	check("jmp-back-restores-ecx", w[10], 0x1234);
	check("jmp-old-task-available", type_of(SEL_TASK), 9);
	make_task(task_body);
	w[3] = w[12] = 0;
	check_none("call-task-gate", trap_catch(call_task_gate, NULL));
	check("call-task-gate-task", w[3], SEL_TASK);
	check("call-task-gate-returns", w[12], SEL_TSS);
	make_task(task_body);
	trap_gate(0x91, SEL_TASK, 0, SEG_TASK_GATE, 0);
	w[3] = w[12] = 0;
	check_none("int-task-gate", trap_catch(int_task_gate, NULL));
	check("int-task-gate-task", w[3], SEL_TASK);
	check("int-task-gate-nt", w[2] & FLAG_NT, FLAG_NT);
	check("int-task-gate-returns", w[12], SEL_TSS);
	trap_gate_default(0x91);
}

static void check_exceptions(void)
{
	volatile uw *w = test_state.word;

	seg_free_set(SLOT_MISC, seg_make(0, 0xFFFFF, SEG_DATA_RW ^ SEG_NOT_PRESENT, SEG_G | SEG_D));
	make_task(task_fault_body);
	trap_gate(VEC_NP, SEL_TASK, 0, SEG_TASK_GATE, 0);
	w[0] = 0;
	check_none("exception-task", trap_catch(fault_np, NULL));
	check("exception-task-error-code", w[0], SEL_MISC);
	check("exception-task-error-code-on-new-stack", w[1], TASK_STACK);
	trap_gate_default(VEC_NP);
	make_task(task_fault_body);
	trap_gate(VEC_DF, SEL_TASK, 0, SEG_TASK_GATE, 0);
	trap_gate(VEC_DE, SEL_CODE0, 0, SEG_INT ^ SEG_NOT_PRESENT, 0);
	w[0] = 0xFFFF;
	check_none("double-fault-task", trap_catch(fault_de, NULL));
	check("double-fault-task-error-code", w[0], 0);
	trap_gate_default(VEC_DF);
	trap_gate_default(VEC_DE);
}

/* A ring-0 stack that the TSS cannot supply: #TS or #SS, which only a task can take. */
SNIPPET(u_int_80, "int $0x80")

/* Gives a vector a task of its own, which starts at the vector's usual stub. */
static void serve_by_task(int vector, u32 at, int slot)
{
	u64 gate = trap_idt()[vector];
	struct tss32 *t = phys(at);

	memmove(t, task(), sizeof(*t));
	t->eip = (u32)(gate >> 32 & 0xFFFF0000u) | (u32)(gate & 0xFFFF);
	trap_gate(vector, seg_free_set(slot, seg_make(at, 0x67, SEG_TSS, 0)), 0, SEG_TASK_GATE, 0);
}

static void check_inner_stack(void)
{
	static const struct {
		const char *name;
		u32 ss0;
		int vector;
		u32 error;
	} cases[] = {
		{ "ts-inner-ss-null", 0, VEC_TS, 0 },
		{ "ts-inner-ss-code", SEL_CODE0, VEC_TS, SEL_CODE0 },
		{ "ts-inner-ss-dpl", SEL_DATA3, VEC_TS, SEL_DATA3 },
		{ "ts-inner-ss-rpl", SEL_DATA0 | 3, VEC_TS, SEL_DATA0 },
		{ "ss-inner-ss-not-present", SEL_MISC, VEC_SS, SEL_MISC },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		make_task(task_body);
		serve_by_task(VEC_TS, TASK_AT, SLOT_TASK);
		serve_by_task(VEC_SS, TASK_AT + 0x800, SLOT_TASK2);
		seg_state.tss.t32.ss0 = cases[i].ss0;
		check_trap(cases[i].name, trap_user(u_int_80, 0), cases[i].vector, cases[i].error, false);
		seg_state.tss.t32.ss0 = SEL_DATA0;
		trap_gate_default(VEC_TS);
		trap_gate_default(VEC_SS);
		seg_reload();
	}
}

static void check_spaces(void)
{
	struct page_map mine, its;
	u32 a, b;
	u64 *ldt = seg_state.ldt;

	page_arena_reset();
	page_map_init(&mine, PAGE_32, PTE_U);
	page_map_init(&its, PAGE_32, PTE_U);
	a = page_alloc();
	b = page_alloc();
	mem32_set(a, 0xAAAA);
	mem32_set(b, 0xBBBB);
	page_entry_set(&mine, PAGE_WINDOW, 1, a | PTE_P | PTE_W);
	page_entry_set(&its, PAGE_WINDOW, 1, b | PTE_P | PTE_W);
	ldt[1] = seg_make(b, 0xFFF, SEG_DATA_RW, SEG_D);
	seg_free_set(SLOT_LDT, seg_make((u32)ldt, 127, SEG_LDT, 0));
	make_task(task_space_body);
	task()->cr3 = its.root;
	task()->ldt = SEL_LDT;
	task()->es = 8 | 4;
	page_on(&mine);
	seg_state.tss.t32.cr3 = mine.root; /* never saved, only loaded */
	check_none("cr3-and-ldt", trap_catch(call_task, NULL));
	check("switch-loads-cr3", test_state.word[2], its.root);
	check("switch-loads-ldt-and-es", test_state.word[1], 0xBBBB);
	check("switch-maps-window", test_state.word[0], 0xBBBB);
	check("iret-reloads-cr3", cr3_get(), mine.root);
	check("iret-maps-window", mem32(PAGE_WINDOW), 0xAAAA);
	page_off();
	seg_state.tss.t32.cr3 = 0;
}

static void check_faulty(const char *name, int vector, u32 error, bool at_mark)
{
	check_trap(name, trap_catch(call_task_fault, NULL), vector, error, at_mark);
	seg_reload();
}

/*
 * From the load of the segment registers on, a fault belongs to the new task, half loaded as it is, so that only
 * another task can serve it (SDM vol. 3 6.15, #TS).
 */
static void check_half_loaded(const char *name, u32 offset, u16 selector, int vector)
{
	static const int served[] = { VEC_TS, VEC_NP, VEC_SS };
	u32 at = 0;

	make_task(task_body);
	for (int i = 0; i < 3; i++) {
		serve_by_task(served[i], TASK_AT + 0x800 * (i + 1), SLOT_TASK2 + i);
		if (served[i] == vector)
			at = TASK_AT + 0x800 * (i + 1);
	}
	*(volatile u32 *)phys(TASK_AT + offset) = selector;
	check_trap(name, trap_catch(call_task_fault, NULL), vector, selector & 0xFFFC, false);
	check(name, ((struct tss32 *)phys(at))->link, SEL_TASK);
	for (int i = 0; i < 3; i++)
		trap_gate_default(served[i]);
	seg_reload();
}

static void check_new_context(u16 np)
{
	check_half_loaded("ts-new-cs-data", offsetof(struct tss32, cs), SEL_DATA0, VEC_TS);
	check_half_loaded("ts-new-ss-code", offsetof(struct tss32, ss), SEL_CODE0, VEC_TS);
	check_half_loaded("ts-new-es-beyond-gdt", offsetof(struct tss32, es), 0xFFF8, VEC_TS);
	check_half_loaded("np-new-ds", offsetof(struct tss32, ds), np, VEC_NP);
	check_half_loaded("ss-new-ss-not-present", offsetof(struct tss32, ss), np, VEC_SS);
	check_half_loaded("ts-new-ldt", offsetof(struct tss32, ldt), SEL_DATA0, VEC_TS);
}

static void check_faults_of_switch(void)
{
	u16 np = seg_free_set(SLOT_MISC, seg_make(0, 0xFFFFF, SEG_DATA_RW ^ SEG_NOT_PRESENT, SEG_G | SEG_D));

	make_task(task_body);
	seg_free_set(SLOT_TASK, seg_make(TASK_AT, 0x67, SEG_TSS ^ SEG_NOT_PRESENT, 0));
	check_faulty("np-tss", VEC_NP, SEL_TASK, true);
	seg_free_set(SLOT_TASK, seg_make(TASK_AT, 0x66, SEG_TSS, 0));
	check_faulty("ts-limit", VEC_TS, SEL_TASK, true);
	seg_free_set(SLOT_TASK, seg_make(TASK_AT, 0x67, SEG_TSS | 2, 0));
	check_faulty("gp-busy-tss", VEC_GP, SEL_TASK, true);
	check_new_context(np);
	make_task(task_body);
	seg_state.tss.t32.link = SEL_TASK;
	check_trap("ts-iret-link-not-busy", trap_catch(iret_task, NULL), VEC_TS, SEL_TASK, true);
	seg_reload();
}

enum { DR6_BT = 1 << 15 };

static void note_bt(struct frame *f)
{
	test_state.word[8] = dr6_get();
	test_state.word[9] = f->ip;
	dr6_set(0);
}

static void check_trap_bit(void)
{
	make_task(task_body);
	task()->trap = 1;
	test_state.word[8] = test_state.word[9] = 0;
	trap_set(VEC_DB, note_bt);
	check_none("t-bit", trap_catch(call_task, NULL));
	check("t-bit-dr6", test_state.word[8] & (DR6_BT | 0x400F), DR6_BT);
	check("t-bit-before-first-instruction", test_state.word[9], (u32)task_body);
	trap_set(VEC_DB, NULL);
}

/* A 286 TSS: 22 words; IP has 16 bits, so that the body is copied below 64 KiB. */
static void check_tss16(void)
{
	u16 *t = phys(TASK_AT);

	make_task(task_body);
	memset(t, 0, 256);
	memcpy(phys(LOW_CODE), (const void *)(uw)task_body, 256);
	t[7] = LOW_CODE;
	t[8] = 2;
	t[9] = 0x5678;
	t[13] = 0xF000; /* SP */
	t[16] = 0x1234; /* DI */
	t[17] = t[19] = t[20] = SEL_DATA0;
	t[18] = SEL_CODE0;
	seg_free_set(SLOT_TASK, seg_make(TASK_AT, 0x2B, SEG_TSS16, 0));
	check_none("tss16", trap_catch(call_task, NULL));
	check("tss16-ax", test_state.word[0] & 0xFFFF, 0x5678);
	check("tss16-di", test_state.word[1] & 0xFFFF, 0x1234);
	check("tss16-sp", test_state.word[6] & 0xFFFF, 0xF000);
	check("tss16-tr", test_state.word[3], SEL_TASK);
	check("tss16-nt", test_state.word[2] & FLAG_NT, FLAG_NT);
	check("tss16-back-link", t[0], SEL_TSS);
	check("tss16-saves-di", t[16], 0x7777);
	check("tss16-returns", test_state.word[12], SEL_TSS);
	seg_free_set(SLOT_TASK, seg_make(TASK_AT, 0x2A, SEG_TSS16, 0));
	check_faulty("ts-limit-16", VEC_TS, SEL_TASK, true);
}

void suite_task32(void)
{
	check_call();
	check_jump_and_gates();
	check_exceptions();
	check_inner_stack();
	check_spaces();
	check_faults_of_switch();
	check_trap_bit();
	check_tss16();
	cr0_set(cr0_get() & ~(uw)CR0_TS);
	seg_reload();
}
