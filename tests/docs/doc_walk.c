/* SPDX-License-Identifier: MIT */
/* docs/generated/walk.txt: the worked example of docs/architecture.md. A guest of thirty instructions is booted on the
 * PC board and traced (-d exec,int,reg): it prints a character and waits for the serial port's interrupt. */
#include "tests/docs/docgen.h"

#include "devices/board/pc.h"
#include "mem/base/log.h"

#include <stdlib.h>

enum { BASE = 0x100000, IDT = BASE + 0x100, HANDLER = BASE + 0x56, COUNTS = 60 };

/* A multiboot image with its addresses in the header; entry at 20h, IDTR at 80h, gate 24h at 100h + 24h * 8. */
static const u8 code[] = {
	0xbc, 0x00, 0x70, 0x00, 0x00,             /* mov esp, 7000h */
	0x0f, 0x01, 0x1d, 0x80, 0x00, 0x10, 0x00, /* lidt [100080h] */
	0xb0, 0x11, 0xe6, 0x20,                   /* mov al, 11h; out 20h, al: ICW1 of the 8259 */
	0xb0, 0x20, 0xe6, 0x21,                   /* ICW2: vectors from 20h */
	0xb0, 0x04, 0xe6, 0x21,                   /* ICW3 */
	0xb0, 0x01, 0xe6, 0x21,                   /* ICW4 */
	0xb0, 0xef, 0xe6, 0x21,                   /* only IRQ 4 */
	0xba, 0xf8, 0x03, 0x00, 0x00,             /* mov edx, 3f8h */
	0xb0, 0x21, 0xee,                         /* mov al, '!'; out dx, al: THR */
	0xb0, 0x08, 0xb2, 0xfc, 0xee,             /* MCR: OUT2 lets the interrupt through */
	0xb0, 0x02, 0xb2, 0xf9, 0xee,             /* IER: THR empty */
	0xfb, 0xf4, 0xfa, 0xf4,                   /* sti; hlt; cli; hlt: for good */
	/* handler: */
	0xba, 0xfa, 0x03, 0x00, 0x00, 0xec, /* mov edx, 3fah; in al, dx: IIR */
	0xb0, 0x20, 0xe6, 0x20,             /* end of interrupt */
	0xcf,                               /* iret */
};

static char printed[16];
static size_t nprinted;

static void serial(void *arg, const u8 *data, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n && nprinted + 1 < sizeof(printed); i++)
		printed[nprinted++] = (char)data[i];
}

static void make_image(u8 image[0x300])
{
	memset(image, 0, 0x300);
	store_le32(image, 0x1badb002);
	store_le32(image + 4, 1 << 16);
	store_le32(image + 8, 0u - 0x1badb002 - (1 << 16));
	store_le32(image + 12, BASE);
	store_le32(image + 16, BASE);
	store_le32(image + 28, BASE + 0x20);
	memcpy(image + 0x20, code, sizeof(code));
	store_le16(image + 0x80, 0x1ff);
	store_le32(image + 0x82, IDT);
	store_le32(image + 0x100 + 0x24 * 8, (HANDLER & 0xffff) | 0x10 << 16);
	store_le32(image + 0x104 + 0x24 * 8, (HANDLER & 0xffff0000) | 0x8e00);
}

/* The registers at the end of every instruction's line are left out. */
static void put_trace(FILE *log, FILE *out)
{
	char line[600];

	rewind(log);
	while (fgets(line, sizeof(line), log)) {
		char *registers = strstr(line, " eax=");

		if (registers) {
			while (registers > line && registers[-1] == ' ')
				registers--;
			strcpy(registers, "\n");
		}
		fputs(line, out);
	}
}

void doc_walk(FILE *out)
{
	static u8 image[0x300];
	struct machine_config config = {.board = &pc_board, .ram_size = 4 << 20, .no_reboot = true};
	FILE *log = tmpfile();
	struct machine *m;
	struct err err;

	make_image(image);
	config.kernel = (struct blob){.name = "walk", .data = image, .size = sizeof(image)};
	config.serial[0] = (struct host_char){serial, NULL};
	nprinted = 0;
	m = machine_new(&config, &err);
	assert(m && log);
	log_set_file(log);
	log_mask = 1u << LOG_EXEC | 1u << LOG_INT | 1u << LOG_REG;
	machine_run(m, COUNTS);
	log_mask = 0;
	log_set_file(NULL);
	put_trace(log, out);
	fprintf(out, "(the serial port has printed \"%.*s\")\n", (int)nprinted, printed);
	machine_free(m);
	fclose(log);
}
