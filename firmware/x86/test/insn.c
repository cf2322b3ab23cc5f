/* SPDX-License-Identifier: MIT */
/*
 * A few instructions whose correctness the rest of a system leans on: compare-and-exchange, LAR, LSL, VERR, VERW and
 * a page fault in the middle of REP MOVS (SDM vol. 2).
 */
#include "firmware/x86/lib/page.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

#define CX8                                                                                                            \
	"movl $0x11111111, test_state\n\tmovl $0x22222222, test_state+4\n\tmovl $0xAAAA, %%ebx\n\t"                  \
	"movl $0xBBBB, %%ecx\n\t"
SNIPPET(cx8_equal, CX8 "movl $0x11111111, %%eax\n\tmovl $0x22222222, %%edx\n\tlock cmpxchg8b test_state\n\t"
		       "setz " WORD(4))
SNIPPET(cx8_differs, CX8 "movl $0x11111111, %%eax\n\tmovl $0x33333333, %%edx\n\tlock cmpxchg8b test_state\n\t"
			 "setz " WORD(4) "\n\tmovl %%eax, " WORD(5) "\n\tmovl %%edx, " WORD(6))
SNIPPET(xadd_xchg, "movl $5, test_state\n\tmovl $7, %%eax\n\tlock xaddl %%eax, test_state\n\tmovl %%eax, " WORD(1)
		   "\n\tmovl $9, %%eax\n\txchgl %%eax, test_state\n\tmovl %%eax, " WORD(2))
SNIPPET(cx8_register, TRAP_MARK ".byte 0x0F, 0xC7, 0xC8")

static u32 half(int n)
{
	return mem32((uw)&test_state + 4 * (uw)n);
}

static void check_exchange(void)
{
	test_state.word[4] = 0;
	check_none("cmpxchg8b-equal", trap_catch(cx8_equal, NULL));
	check("cmpxchg8b-equal-stores", (u64)half(1) << 32 | half(0), 0x0000BBBB0000AAAA);
	check("cmpxchg8b-equal-zf", test_state.word[4] & 1, 1);
	check_none("cmpxchg8b-differs", trap_catch(cx8_differs, NULL));
	check("cmpxchg8b-differs-keeps", (u64)half(1) << 32 | half(0), 0x2222222211111111);
	check("cmpxchg8b-differs-loads", (u64)(u32)test_state.word[6] << 32 | (u32)test_state.word[5],
	      0x2222222211111111);
	check("cmpxchg8b-differs-zf", test_state.word[4] & 1, 0);
	check_trap("ud-cmpxchg8b-register", trap_catch(cx8_register, NULL), VEC_UD, 0, true);
	trap_catch(xadd_xchg, NULL);
	check("xadd-sum", (u32)test_state.word[2], 12);
	check("xadd-old", (u32)test_state.word[1], 5);
	check("xchg-stores", (u32)test_state.word[0], 9);
}

#ifdef __x86_64__
SNIPPET(cx16_equal, "movq $1, " WORD(2) "\n\tmovq $2, " WORD(3) "\n\tmovl $1, %%eax\n\tmovl $2, %%edx\n\t"
	"movl $3, %%ebx\n\t"
		    "movl $4, %%ecx\n\tlock cmpxchg16b " WORD(2) "\n\tsetz " WORD(4))

static void check_exchange16(void)
{
	if (!(cpuid(1).ecx >> 13 & 1)) {
		check_skip("cmpxchg16b");
		return;
	}
	check_none("cmpxchg16b", trap_catch(cx16_equal, NULL));
	check("cmpxchg16b-stores", test_state.word[3] << 8 | test_state.word[2], 0x403);
	check("cmpxchg16b-zf", test_state.word[4] & 1, 1);
}
#endif

struct probe {
	u32 selector, value;
	bool zf;
};

static struct probe lar(u32 selector)
{
	struct probe p = { selector, 0x5A5A5A5A, false };

	__asm__ volatile("larl %2, %0\n\tsetz %b1" : "+r"(p.value), "=q"(p.zf) : "r"(selector) : "cc");
	return p;
}

static struct probe lsl(u32 selector)
{
	struct probe p = { selector, 0x5A5A5A5A, false };

	__asm__ volatile("lsll %2, %0\n\tsetz %b1" : "+r"(p.value), "=q"(p.zf) : "r"(selector) : "cc");
	return p;
}

static bool verr(u32 selector)
{
	bool zf;

	__asm__ volatile("verr %w1\n\tsetz %b0" : "=q"(zf) : "r"(selector) : "cc");
	return zf;
}

static bool verw(u32 selector)
{
	bool zf;

	__asm__ volatile("verw %w1\n\tsetz %b0" : "=q"(zf) : "r"(selector) : "cc");
	return zf;
}

static void check_descriptor_queries(void)
{
	u32 small = seg_free_set(3, seg_make(0, 0x123, SEG_DATA_RO, 0));
	u32 xonly = seg_free_set(4, seg_make(0, 0x123, SEG_CODE_X, SEG_G));
	u32 gate = seg_free_set(5, seg_gate(SEL_CODE0, 0, SEG_INT, 0));

	check("lar-data", lar(SEL_DATA0).value & 0xF0FF00, 0xC09300);
	check("lar-sets-zf", lar(SEL_DATA0).zf, 1);
	check("lar-null-zf", lar(0).zf, 0);
	check("lar-null-keeps", lar(0).value, 0x5A5A5A5A);
	check("lar-beyond-gdt-zf", lar(0xFFF8).zf, 0);
	check("lar-interrupt-gate-zf", lar(gate).zf, 0);
	check("lar-busy-tss", lar(SEL_TSS).value & 0xFF00, 0x8B00);
	check("lar-rpl-too-weak-zf", lar(SEL_DATA0 | 3).zf, 0);
	check("lsl-byte-limit", lsl(small).value, 0x123);
	check("lsl-page-limit", lsl(SEL_DATA0).value, 0xFFFFFFFF);
	check("lsl-granular-limit", lsl(xonly).value, 0x123FFF);
	check("lsl-null-zf", lsl(0).zf, 0);
	check("verr-data", verr(SEL_DATA0), 1);
	check("verr-execute-only", verr(xonly), 0);
	check("verw-read-only", verw(small), 0);
	check("verw-data", verw(SEL_DATA0), 1);
	check("verw-code", verw(SEL_CODE0), 0);
	check("verr-tss", verr(SEL_TSS), 0);
}

/* The handler maps the missing page; the string instruction must go on where it was. */
struct rep_state {
	struct page_map map;
	u32 frame;
};

static void map_missing(struct frame *f)
{
	struct rep_state *s = (struct rep_state *)test_state.word[8];

	test_state.word[0]++;
	test_state.word[1] = f->cx;
	test_state.word[2] = f->di;
	test_state.word[3] = f->si;
	test_state.word[4] = f->ip;
	page_entry_set(&s->map, PAGE_WINDOW + 0x1000, 1, (s->frame + 0x1000) | PTE_P | PTE_W);
	invlpg(PAGE_WINDOW + 0x1000);
}

SNIPPET(rep_movs, "mov " WORD(9) ", " R("di") "\n\tmovl $0x10000, %%esi\n\tmovl $0x800, %%ecx\n\tcld\n\t"
	TRAP_MARK "rep movsb\n\t"
		  "movl %%ecx, " WORD(5))

static void check_rep_fault(void)
{
	struct rep_state s;
	u8 *source = phys(LOW_DATA);

	page_arena_reset();
	page_map_init(&s.map, sizeof(uw) == 8 ? PAGE_4LEVEL : PAGE_PAE, PTE_U);
	s.frame = page_alloc();
	page_alloc();
	for (int i = 0; i < 0x800; i++)
		source[i] = (u8)(i * 7);
	page_entry_set(&s.map, PAGE_WINDOW, 1, s.frame | PTE_P | PTE_W);
	page_entry_set(&s.map, PAGE_WINDOW + 0x1000, 1, 0);
	page_on(&s.map);
	test_state.word[0] = 0;
	test_state.word[8] = (uw)&s;
	test_state.word[9] = PAGE_WINDOW + 0xC00;
	trap_set(VEC_PF, map_missing);
	check_none("rep-movs-with-page-fault", trap_catch(rep_movs, NULL));
	trap_set(VEC_PF, NULL);
	page_off();
	check("rep-movs-faults-once", test_state.word[0], 1);
	check("rep-movs-fault-count", test_state.word[1], 0x400);
	check("rep-movs-fault-destination", test_state.word[2], PAGE_WINDOW + 0x1000);
	check("rep-movs-fault-source", test_state.word[3], LOW_DATA + 0x400);
	check("rep-movs-fault-ip", test_state.word[4], trap_mark);
	check("rep-movs-final-count", (u32)test_state.word[5], 0);
	check("rep-movs-copied", (u32)memcmp(phys(s.frame + 0xC00), source, 0x800), 0);
}

void suite_insn(void)
{
	check_exchange();
#ifdef __x86_64__
	check_exchange16();
#endif
	check_descriptor_queries();
	check_rep_fault();
}
