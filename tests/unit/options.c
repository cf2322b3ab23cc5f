/* SPDX-License-Identifier: MIT */
/* The command line (frontend/options.h): QEMU's spellings are taken with QEMU's meanings, and every wrong one is
 * answered in one line that says what would be right. */
#include <criterion/criterion.h>

#include "frontend/options.h"
#include "mem/base/log.h"

#include <stdio.h>

enum { MAX_WORDS = 150 };

static struct options o;
static struct err err;

/* Words separated by '|', so that they may hold blanks. */
static bool parse(const char *line)
{
	static char copy[8192];
	char *argv[MAX_WORDS] = {"orrery"};
	int argc = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, "|"); word; word = strtok(NULL, "|")) {
		cr_assert(argc < MAX_WORDS);
		argv[argc++] = word;
	}
	log_mask = 0;
	err.text[0] = 0;
	options_init(&o);
	return options_parse(&o, argc, argv, &err);
}

static void good(const char *line)
{
	cr_expect(parse(line), "%s: %s", line, err.text);
}

static void bad(const char *line, const char *says)
{
	cr_expect(!parse(line), "%s", line);
	cr_expect(strstr(err.text, says) != NULL, "%s: \"%s\" says nothing of \"%s\"", line, err.text, says);
	cr_expect(!strchr(err.text, '\n'), "%s: more than a line", line);
}

Test(options, none)
{
	good("");
	cr_expect(o.demo, "without arguments the demo runs");
	cr_expect_eq(o.ram_size, 128ull << 20);
	cr_expect_eq(o.epoch, 1735689600u, "2025-01-01");
	good("-m|64");
	cr_expect(!o.demo);
}

Test(options, a_whole_line_of_qemu)
{
	good("-M|pc|-m|512|-cpu|max|-kernel|vmlinuz|-initrd|initrd.gz|-append|console=ttyS0 quiet|-nographic|"
	     "-no-reboot|-display|none|-serial|mon:stdio|-serial|file:x|-monitor|none|-nodefaults|-smp|1|"
	     "-rtc|base=2024-02-29T12:34:56");
	cr_expect_str_eq(o.machine, "pc");
	cr_expect_eq(o.ram_size, 512ull << 20);
	cr_expect_str_eq(o.cpu, "max");
	cr_expect_str_eq(o.kernel, "vmlinuz");
	cr_expect_str_eq(o.initrd, "initrd.gz");
	cr_expect_str_eq(o.append, "console=ttyS0 quiet");
	cr_expect(o.nographic && o.no_reboot && !o.no_shutdown);
	cr_expect_eq(o.nserial, 2u);
	cr_expect_str_eq(o.serial[1], "file:x");
	cr_expect_eq(o.epoch, 1709210096u);
}

Test(options, two_dashes)
{
	good("--m|32|--help");
	cr_expect(o.show_help);
	good("-h");
	cr_expect(o.show_help);
	good("-version");
	cr_expect(o.show_version);
}

Test(options, memory)
{
	static const struct {
		const char *text;
		u64 size;
	} sizes[] = {
		{"1", 1 << 20}, {"512M", 512 << 20}, {"2G", 2ull << 30}, {"65536K", 64 << 20}, {"size=256", 256 << 20},
		{"1g", 1 << 30}, {"0x40", 64 << 20}, {"0", 0}, {"4096B", 4096}, {"1T", 1ull << 40},
	};
	char line[60];

	for (unsigned i = 0; i < countof(sizes); i++) {
		snprintf(line, sizeof(line), "-m|%s", sizes[i].text);
		good(line);
		cr_expect_eq(o.ram_size, sizes[i].size, "%s", line);
	}
	bad("-m|x", "number of MiB");
	bad("-m|12Q", "suffixes");
	bad("-m|12MM", "suffixes");
	bad("-m|-5", "number of MiB");
	bad("-m|99999999999999999999", "number of MiB");
	bad("-m|99999999999999999G", "more memory");
	bad("-m", "argument");
}

Test(options, wrong_flags_name_the_right_one)
{
	bad("-kernal|x", "did you mean -kernel?");
	bad("-inird|x", "did you mean -initrd?");
	bad("-nograhpic", "did you mean -nographic?");
	bad("--no-rebot", "did you mean -no-reboot?");
	bad("-sreial|stdio", "did you mean -serial?");
	bad("-verison", "did you mean -version?");
	bad("-hashat|5", "did you mean -hash-at?");
	bad("-bogusflag", "-help lists them");
	bad("-kernel", "argument (FILE) is missing");
	bad("disk.img|-hda|other.img", "disk a already");
	bad("-cdrom|a|-cdrom|b", "one disc");
	bad("-", "flags begin with '-'");
}

Test(options, what_is_not_there_yet_says_so)
{
	bad("-smp|2", "one processor");
	bad("-accel|kvm", "interp");
	bad("-display|sdl", "no screen yet");
	bad("-monitor|vc", "none or stdio");
	bad("-serial|a|-serial|b|-serial|c", "2 serial ports");
}

Test(options, devices)
{
	good("-device|isa-debug-exit,iobase=0xf4|-device|isa-debug-exit");
	cr_expect_eq(o.ndevice, 2u);
	cr_expect_str_eq(o.device[0], "isa-debug-exit,iobase=0xf4");
}

Test(options, icount)
{
	good("-icount|shift=3,sleep=off");
	cr_expect_eq(o.icount_shift, 3u);
	cr_expect_eq(o.icount_sleep, 0);
	good("-icount|5");
	cr_expect_eq(o.icount_shift, 5u);
	cr_expect_eq(o.icount_sleep, -1);
	bad("-icount|shift=11", "0 to 10");
	bad("-icount|auto", "shift=N");
}

Test(options, log)
{
	good("-d|int,exec|-D|file");
	cr_expect_eq(log_mask, 1u << LOG_INT | 1u << LOG_EXEC);
	cr_expect_str_eq(o.log_path, "file");
	good("-d|help");
	cr_expect_eq(log_mask, 0u);
	bad("-d|int,exce", "'exce'");
	log_mask = 0;
}

Test(options, hashes_are_sorted)
{
	char line[2000];
	size_t n = 0;

	good("-hash-at|300|-hash-at|1|-hash-at|0x20|-stop-at|400");
	cr_expect_eq(o.nhash, 3u);
	cr_expect(o.hash_at[0] == 1 && o.hash_at[1] == 32 && o.hash_at[2] == 300);
	cr_expect_eq(o.stop_at, 400u);
	for (unsigned i = 0; i < MAX_HASH; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "-hash-at|%u|", 1000 - i);
	good(line);
	snprintf(line + n, sizeof(line) - n, "-hash-at|5");
	bad(line, "at most 64");
	bad("-hash-at|1e6", "number of instructions");
	bad("-hash-at|-1", "number of instructions");
	bad("-stop-at|0", "number of instructions");
}

Test(options, rtc)
{
	good("-rtc|base=1970-01-01");
	cr_expect_eq(o.epoch, 0u);
	good("-rtc|base=2000-03-01T00:00:00");
	cr_expect_eq(o.epoch, 951868800u);
	good("-rtc|2038-01-19T03:14:08");
	cr_expect_eq(o.epoch, 0x80000000u);
	good("-rtc|base=utc");
	cr_expect_gt(o.epoch, 1700000000u);
	bad("-rtc|base=1969-12-31", "base=utc");
	bad("-rtc|base=2024-13-01", "base=utc");
	bad("-rtc|base=2024-12-01T25:00:00", "base=utc");
	bad("-rtc|tomorrow", "base=utc");
}
