/* SPDX-License-Identifier: MIT */
/*
 * Self-modifying code: between calls, within the running block, across a page boundary, through a second mapping
 * of the page, and by a string instruction that overwrites its own successor (SDM vol. 3 11.6, 8.1.3).
 */
#include "firmware/x86/lib/page.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

typedef u32 (*code_fn)(void);

/* MOV EAX, imm32; RET */
static void put_return(u8 *at, u32 value)
{
	volatile u8 *code = at;

	code[0] = 0xB8;
	for (int i = 0; i < 4; i++)
		code[1 + i] = (u8)(value >> (8 * i));
	code[5] = 0xC3;
}

static u32 call_at(uw address)
{
	code_fn fn = (code_fn)phys(address);

	return fn();
}

static void check_between(void)
{
	u32 wrong = 0;

	for (u32 i = 0; i < 200; i++) {
		put_return(phys(LOW_CODE), i * 0x01010101);
		wrong += call_at(LOW_CODE) != i * 0x01010101;
	}
	check("patched-between-calls", wrong, 0);
	wrong = 0;
	for (u32 i = 0; i < 200; i++) {
		put_return(phys(LOW_CODE + 0xFFD), i);
		wrong += call_at(LOW_CODE + 0xFFD) != i;
	}
	check("patched-across-page-boundary", wrong, 0);
	put_return(phys(LOW_CODE), 1);
	for (int i = 0; i < 2000; i++)
		call_at(LOW_CODE);
	*(volatile u8 *)phys(LOW_CODE + 2) = 2;
	check("one-byte-patch-of-hot-code", call_at(LOW_CODE), 0x201);
}

/*
 * Each runs code that was copied to LOW_CODE: [0] patches the immediate of the very next instruction, after many
 * rounds in which it wrote what was there anyway.
 */
static void check_within(void)
{
	static const u8 code[] = {
		0x88, 0x0D, 0, 0, 0, 0, /* mov [next + 1], cl; the address is filled in */
		0xB0, 0x00,             /* next: mov al, 0 */
		0x0F, 0xB6, 0xC0,       /* movzx eax, al */
		0xC3,
	};
	u8 *at = phys(LOW_CODE);
	u32 target = sizeof(uw) == 8 ? 1 : LOW_CODE + 7; /* RIP-relative from the next instruction, or absolute */
	u32 wrong = 0;

	memcpy(at, code, sizeof(code));
	memcpy(at + 2, &target, 4);
	for (u32 i = 0; i < 3000; i++) {
		u32 value = i < 1000 ? 0 : i & 0xFF, got;

		__asm__ volatile("call *%2" : "=a"(got) : "c"(value), "r"(at) : "memory", "cc");
		wrong += got != value;
	}
	check("next-instruction-in-running-block", wrong, 0);
}

/* REP STOSB overwrites the code behind itself with NOPs; a stale copy would run INC EAX or UD2. */
static void check_string(void)
{
	static const u8 code[] = { 0xF3, 0xAA, 0x0F, 0x0B, 0x0F, 0x0B, 0xC3 }; /* rep stosb; ud2; ud2; ret */
	int vector;

	memcpy(phys(LOW_CODE), code, sizeof(code));
	vector = trap_catch((void (*)(void *))phys(LOW_CODE + 6), NULL);
	check_none("plain-ret", vector);
	for (int round = 0; round < 3; round++) {
		u32 count = 4;
		uw to = LOW_CODE + 2;
		uw at = LOW_CODE;

		memcpy(phys(LOW_CODE), code, sizeof(code));
		__asm__ volatile("call *%2" : "+c"(count), "+D"(to) : "r"(at), "a"(0x90) : "memory", "cc");
	}
	check("rep-stos-over-next-instruction", mem32(LOW_CODE + 2), 0x90909090);
}

static void check_alias(void)
{
	struct page_map map;
	u32 frame, wrong = 0;

	page_arena_reset();
	page_map_init(&map, sizeof(uw) == 8 ? PAGE_4LEVEL : PAGE_PAE, PTE_U);
	frame = page_alloc();
	page_entry_set(&map, PAGE_WINDOW, 1, frame | PTE_P | PTE_W);
	page_entry_set(&map, PAGE_WINDOW + 0x5000, 1, frame | PTE_P | PTE_W);
	page_on(&map);
	for (u32 i = 0; i < 100; i++) {
		put_return(phys(PAGE_WINDOW + 0x5000), i);
		wrong += call_at(PAGE_WINDOW) != i;
		put_return(phys(frame), i + 1);
		wrong += call_at(PAGE_WINDOW + 0x5000) != i + 1;
	}
	check("patched-through-second-mapping", wrong, 0);
	/* The same virtual page shows other code after a remap. */
	put_return(phys(PAGE_WINDOW), 0x1111);
	wrong = call_at(PAGE_WINDOW) != 0x1111;
	frame = page_alloc();
	put_return(phys(frame), 0x2222);
	page_entry_set(&map, PAGE_WINDOW, 1, frame | PTE_P | PTE_W);
	invlpg(PAGE_WINDOW);
	wrong += call_at(PAGE_WINDOW) != 0x2222;
	check("remapped-code-page", wrong, 0);
	check("second-mapping-keeps-old-code", call_at(PAGE_WINDOW + 0x5000), 0x1111);
	page_off();
}

void suite_smc(void)
{
	check_between();
	check_within();
	check_string();
	check_alias();
}
