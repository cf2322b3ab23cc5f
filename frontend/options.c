/* SPDX-License-Identifier: MIT */
/* Command-line flags as a table of rows: name, argument, help, and what to do. Names and meanings follow QEMU's
 * qemu-system-x86_64(1); flags of our own are marked so in their help. */
#define _XOPEN_SOURCE 700
#include "frontend/options.h"

#include "mem/base/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct flag {
	const char *name, *argument, *help;
	bool (*take)(struct options *o, const char *text, struct err *err);
};

/* ---- values -------------------------------------------------------------------------------------------- */

static bool number(const char *text, u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && end != text && !*end && *text != '-';
}

/* "512", "512M", "2G", "65536K": MiB without a suffix, as QEMU. */
static bool take_memory(struct options *o, const char *text, struct err *err)
{
	static const char suffixes[] = "BKMGT";
	const char *s = strncmp(text, "size=", 5) ? text : text + 5, *found;
	unsigned shift = 20;
	char *end;
	u64 v;

	errno = 0;
	v = strtoull(s, &end, 0);
	if (*end && (found = strchr(suffixes, toupper((unsigned char)*end))) != NULL) {
		shift = (unsigned)(found - suffixes) * 10;
		end++;
	}
	if (errno || end == s || *end || *s == '-')
		return err_set(err, "-m %s: a size is a number of MiB, or has one of the suffixes K, M, G", text);
	if (shift && v >> (64 - shift))
		return err_set(err, "-m %s: more memory than any machine has", text);
	o->ram_size = v << shift;
	return true;
}

static bool take_machine(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->machine = text;
	return true;
}

static bool take_cpu(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->cpu = text;
	return true;
}

static bool take_accel(struct options *o, const char *text, struct err *err)
{
	(void)o;
	if (strcmp(text, "interp") && strcmp(text, "tcg"))
		return err_set(err, "-accel %s: this version has the engine 'interp'", text);
	return true;
}

static bool take_smp(struct options *o, const char *text, struct err *err)
{
	u64 n;

	(void)o;
	if (!number(text, &n) || n != 1)
		return err_set(err, "-smp %s: this version has one processor", text);
	return true;
}

static bool take_kernel(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->kernel = text;
	return true;
}

static bool take_initrd(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->initrd = text;
	return true;
}

static bool take_append(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->append = text;
	return true;
}

static bool take_bios(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->bios = text;
	return true;
}

static bool take_serial(struct options *o, const char *text, struct err *err)
{
	if (o->nserial == MAX_SERIAL)
		return err_set(err, "-serial %s: the machine has %d serial ports", text, MAX_SERIAL);
	o->serial[o->nserial++] = text;
	return true;
}

static bool take_debugcon(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->debugcon = text;
	return true;
}

static bool take_monitor(struct options *o, const char *text, struct err *err)
{
	if (strcmp(text, "none") && strcmp(text, "stdio"))
		return err_set(err, "-monitor %s: none or stdio; or -serial mon:stdio for both on one terminal", text);
	o->monitor = text;
	return true;
}

static bool take_display(struct options *o, const char *text, struct err *err)
{
	if (!strcmp(text, "sdl") || !strcmp(text, "terminal"))
		return err_set(err, "-display %s: this version has no screen yet; use -display none", text);
	if (strcmp(text, "none"))
		return err_set(err, "-display %s: none, sdl or terminal", text);
	o->display = text;
	return true;
}

static bool take_vga(struct options *o, const char *text, struct err *err)
{
	if (strcmp(text, "std") && strcmp(text, "none"))
		return err_set(err, "-vga %s: std or none", text);
	o->vga = text;
	return true;
}

static bool take_firmware_dir(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->firmware_dir = text;
	return true;
}

static bool take_screenshot(struct options *o, const char *text, struct err *err)
{
	if (o->nscreenshot == MAX_SCREENSHOT)
		return err_set(err, "-screenshot %s: at most %d", text, MAX_SCREENSHOT);
	return screenshot_parse(&o->screenshot[o->nscreenshot++], text, err);
}

static bool take_device(struct options *o, const char *text, struct err *err)
{
	if (o->ndevice == MAX_DEVICE)
		return err_set(err, "-device %s: at most %d devices", text, MAX_DEVICE);
	o->device[o->ndevice++] = text;
	return true;
}

static bool take_drive(struct options *o, const char *text, struct err *err)
{
	if (o->ndrive == MAX_DRIVE)
		return err_set(err, "-drive %s: at most %d drives", text, MAX_DRIVE);
	o->drive[o->ndrive++] = text;
	return true;
}

static bool take_hd(struct options *o, unsigned n, const char *text, struct err *err)
{
	if (o->hd[n])
		return err_set(err, "%s: there is a disk %c already: %s", text, 'a' + (int)n, o->hd[n]);
	o->hd[n] = text;
	return true;
}

static bool take_hda(struct options *o, const char *text, struct err *err)
{
	return take_hd(o, 0, text, err);
}

static bool take_hdb(struct options *o, const char *text, struct err *err)
{
	return take_hd(o, 1, text, err);
}

static bool take_hdc(struct options *o, const char *text, struct err *err)
{
	return take_hd(o, 2, text, err);
}

static bool take_hdd(struct options *o, const char *text, struct err *err)
{
	return take_hd(o, 3, text, err);
}

static bool take_cdrom(struct options *o, const char *text, struct err *err)
{
	if (o->cdrom)
		return err_set(err, "-cdrom %s: one disc; -drive file=PATH,media=cdrom adds more", text);
	o->cdrom = text;
	return true;
}

static bool take_snapshot(struct options *o, const char *text, struct err *err)
{
	(void)text;
	(void)err;
	o->snapshot = true;
	return true;
}

static bool take_chardev(struct options *o, const char *text, struct err *err)
{
	if (o->nchardev == MAX_CHARDEV)
		return err_set(err, "-chardev %s: at most %d", text, MAX_CHARDEV);
	o->chardev[o->nchardev++] = text;
	return true;
}

static bool take_pflash(struct options *o, const char *text, struct err *err)
{
	if (o->npflash == MAX_PFLASH)
		return err_set(err, "-pflash %s: the machine has %d flash banks", text, MAX_PFLASH);
	o->pflash[o->npflash++] = text;
	return true;
}

static bool take_dtb(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->dtb = text;
	return true;
}

static bool take_global(struct options *o, const char *text, struct err *err)
{
	o->virtio_legacy = !strcmp(text, "virtio-mmio.force-legacy=true") ||
		!strcmp(text, "virtio-mmio.force-legacy=on");
	return o->virtio_legacy || !strcmp(text, "virtio-mmio.force-legacy=false") ||
		!strcmp(text, "virtio-mmio.force-legacy=off") ||
		err_set(err, "-global %s: only virtio-mmio.force-legacy=on|off is known", text);
}

static bool take_log(struct options *o, const char *text, struct err *err)
{
	const char *bad;

	o->log_list = text;
	if (!strcmp(text, "help"))
		return true;
	if (!log_parse(text, &bad))
		return err_set(err, "-d %s: there is no category '%.*s'; -d help lists them", text,
			(int)strcspn(bad, ","), bad);
	return true;
}

static bool take_log_path(struct options *o, const char *text, struct err *err)
{
	(void)err;
	o->log_path = text;
	return true;
}

static bool take_icount(struct options *o, const char *text, struct err *err)
{
	char copy[100], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		const char *value = strncmp(word, "shift=", 6) ? word : word + 6;
		u64 n;

		if (!strcmp(word, "sleep=on")) {
			o->icount_sleep = 1;
		} else if (!strcmp(word, "sleep=off")) {
			o->icount_sleep = 0;
		} else if (number(value, &n) && n <= 10) {
			o->icount_shift = (unsigned)n;
		} else {
			return err_set(err, "-icount %s: shift=N, 0 to 10 (an instruction takes 2^N ns), sleep=on|off",
				text);
		}
	}
	return true;
}

static int compare_u64(const void *a, const void *b)
{
	u64 x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static bool take_hash_at(struct options *o, const char *text, struct err *err)
{
	if (o->nhash == MAX_HASH)
		return err_set(err, "-hash-at %s: at most %d times", text, MAX_HASH);
	if (!number(text, &o->hash_at[o->nhash]))
		return err_set(err, "-hash-at %s: a number of instructions", text);
	o->nhash++;
	qsort(o->hash_at, o->nhash, sizeof(o->hash_at[0]), compare_u64);
	return true;
}

static bool take_stop_at(struct options *o, const char *text, struct err *err)
{
	if (!number(text, &o->stop_at) || !o->stop_at)
		return err_set(err, "-stop-at %s: a number of instructions", text);
	return true;
}

/* Seconds since 1970-01-01 of a Gregorian date (proleptic, the usual era arithmetic). */
static s64 midnight_of(s64 y, unsigned m, unsigned d)
{
	s64 shifted = y - (m <= 2), era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	u64 yoe = (u64)(shifted - era * 400), doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;

	return (era * 146097 + (s64)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468) * 86400;
}

static bool take_rtc(struct options *o, const char *text, struct err *err)
{
	const char *base = strncmp(text, "base=", 5) ? text : text + 5;
	unsigned year, month, day, hour = 0, minute = 0, second = 0;
	int n;

	if (!strcmp(base, "utc") || !strcmp(base, "localtime")) {
		time_t now = time(NULL);
		struct tm *tm = localtime(&now);

		o->epoch = (u64)now;
		if (*base == 'l' && tm)
			o->epoch = (u64)(tm->tm_hour * 3600 + tm->tm_min * 60 + tm->tm_sec +
				midnight_of(tm->tm_year + 1900, (unsigned)tm->tm_mon + 1, (unsigned)tm->tm_mday));
		return true;
	}
	n = sscanf(base, "%u-%u-%uT%u:%u:%u", &year, &month, &day, &hour, &minute, &second);
	if ((n != 3 && n != 6) || year < 1970 || year > 2099 || !month || month > 12 || !day || day > 31 || hour > 23 ||
	    minute > 59 || second > 59)
		return err_set(err, "-rtc %s: base=utc, base=localtime or base=YYYY-MM-DDTHH:MM:SS", text);
	o->epoch = (u64)midnight_of(year, month, day) + hour * 3600 + minute * 60 + second;
	return true;
}

static bool take_nographic(struct options *o, const char *text, struct err *err)
{
	(void)text;
	(void)err;
	o->nographic = true;
	return true;
}

static bool take_no_reboot(struct options *o, const char *text, struct err *err)
{
	(void)text;
	(void)err;
	o->no_reboot = true;
	return true;
}

static bool take_no_shutdown(struct options *o, const char *text, struct err *err)
{
	(void)text;
	(void)err;
	o->no_shutdown = true;
	return true;
}

static bool take_nothing(struct options *o, const char *text, struct err *err)
{
	(void)o;
	(void)text;
	(void)err;
	return true;
}

static bool take_demo(struct options *o, const char *text, struct err *err)
{
	(void)text;
	(void)err;
	o->demo = true;
	return true;
}

static bool take_version(struct options *o, const char *text, struct err *err)
{
	(void)text;
	(void)err;
	o->show_version = true;
	return true;
}

static bool take_help(struct options *o, const char *text, struct err *err)
{
	(void)text;
	(void)err;
	o->show_help = true;
	return true;
}

static const struct flag flags[] = {
	{"M", "NAME[,KEY=VALUE...]", "machine: pc (default) or virt; -M help lists them", take_machine},
	{"machine", "NAME", "the same as -M", take_machine},
	{"m", "SIZE", "memory in MiB, or with suffix K, M, G (default 128)", take_memory},
	{"cpu", "MODEL", "processor model (default: the machine's best known); -cpu help lists them", take_cpu},
	{"smp", "1", "number of processors", take_smp},
	{"accel", "interp", "engine", take_accel},
	{"kernel", "FILE", "boot this kernel: bzImage, multiboot or PVH; arm64 Image, Image.gz, ELF or flat", take_kernel},
	{"initrd", "FILE", "initial RAM disk; for multiboot 'FILE ARGS,FILE ARGS...' are modules", take_initrd},
	{"append", "TEXT", "kernel command line", take_append},
	{"bios", "FILE", "firmware image (default of a pc without -kernel: SeaBIOS)", take_bios},
	{"L", "DIR", "look for firmware in this folder first", take_firmware_dir},
	{"pflash", "FILE", "image of a flash bank, which the guest may change; twice for two banks", take_pflash},
	{"dtb", "FILE", "device tree in the place of the machine's own", take_dtb},
	{"demo", NULL, "boot the demo inside this program (also what happens without arguments)", take_demo},
	{"serial", "DEVICE", "serial port to stdio, mon:stdio, file:PATH, pty, null or none; twice for two ports", take_serial},
	{"debugcon", "DEVICE", "what the guest writes to ports 0xe9 and 0x402: stdio, file:PATH, null", take_debugcon},
	{"monitor", "DEVICE", "none or stdio", take_monitor},
	{"display", "none", "no screen", take_display},
	{"vga", "std|none", "graphics card of a pc (default std; with -kernel none)", take_vga},
	{"screenshot", "TIME,FILE", "the screen as FILE.png or FILE.txt after TIME seconds (2.5) or instructions (1000i)", take_screenshot},
	{"nographic", NULL, "no screen, first serial port and monitor on this terminal (Ctrl-A h for help)", take_nographic},
	{"nodefaults", NULL, "accepted for QEMU's sake", take_nothing},
	{"no-user-config", NULL, "accepted for QEMU's sake", take_nothing},
	{"device", "TYPE[,KEY=VALUE...]", "add a device; -device help lists them", take_device},
	{"hda", "FILE", "image of the first IDE disk (also what FILE without a flag is); -hdb, -hdc, -hdd: the others", take_hda},
	{"hdb", "FILE", "second IDE disk", take_hdb},
	{"hdc", "FILE", "third IDE disk", take_hdc},
	{"hdd", "FILE", "fourth IDE disk", take_hdd},
	{"cdrom", "FILE", "image of a disc in an IDE CD-ROM drive, in the third place", take_cdrom},
	{"drive", "file=PATH[,id=NAME][,if=ide|virtio|pflash|none][,index=N][,media=disk|cdrom][,readonly=on]",
		"disk image (raw)", take_drive},
	{"snapshot", NULL, "what the guest writes to disks is thrown away at the end", take_snapshot},
	{"chardev", "KIND,id=NAME[,path=PATH]", "stdio, file, pty, null or testdev, for a device's chardev=NAME", take_chardev},
	{"global", "virtio-mmio.force-legacy=on|off", "virtio-mmio devices of version 1 (default off: version 2)", take_global},
	{"no-reboot", NULL, "exit instead of rebooting; status 3 after a triple fault", take_no_reboot},
	{"no-shutdown", NULL, "stop instead of exiting when the guest powers off", take_no_shutdown},
	{"rtc", "base=utc|localtime|DATE", "the clock's date at power-on (default 2025-01-01T00:00:00, so that runs repeat)", take_rtc},
	{"icount", "shift=N[,sleep=on|off]", "an instruction takes 2^N ns (default 0); sleep: wait in real time when idle", take_icount},
	{"d", "CATEGORIES", "log what is named in the comma-separated list; -d help lists the categories", take_log},
	{"D", "FILE", "log to this file instead of standard error", take_log_path},
	{"hash-at", "N", "print a hash of the whole machine after N instructions; may be repeated", take_hash_at},
	{"stop-at", "N", "exit after N instructions", take_stop_at},
	{"version", NULL, "print the version and exit", take_version},
	{"help", NULL, "print this help and exit", take_help},
	{"h", NULL, "the same as -help", take_help},
};

/* ---- parsing ------------------------------------------------------------------------------------------- */

/* Edit distance (insert, delete, change, swap neighbours), small strings only. */
static unsigned distance(const char *a, const char *b)
{
	unsigned d[34][34], n = min_uint((unsigned)strlen(a), 32), m = min_uint((unsigned)strlen(b), 32);

	for (unsigned i = 0; i <= n; i++) {
		for (unsigned j = 0; j <= m; j++) {
			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = min_uint(min_uint(d[i - 1][j], d[i][j - 1]) + 1,
				d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = min_uint(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n][m];
}

static bool unknown(const char *name, struct err *err)
{
	const struct flag *best = NULL;
	unsigned least = 4;

	for (unsigned i = 0; i < countof(flags); i++) {
		unsigned d = distance(name, flags[i].name);

		if (d < least && d < strlen(flags[i].name)) {
			least = d;
			best = &flags[i];
		}
	}
	if (best)
		return err_set(err, "-%s: there is no such flag; did you mean -%s?", name, best->name);
	return err_set(err, "-%s: there is no such flag; -help lists them", name);
}

void options_init(struct options *o)
{
	*o = (struct options){.ram_size = 128ull << 20, .icount_sleep = -1, .epoch = 1735689600};
}

bool options_parse(struct options *o, int argc, char **argv, struct err *err)
{
	o->demo = argc <= 1;
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
		unsigned k;

		if (*name != '-') {
			if (!take_hda(o, name, err))
				return false;
			continue;
		}
		if (!name[1])
			return err_set(err, "%s: flags begin with '-': -kernel FILE, -drive file=FILE", name);
		name += name[1] == '-' ? 2 : 1;
		for (k = 0; k < countof(flags) && strcmp(name, flags[k].name); k++)
			;
		if (k == countof(flags))
			return unknown(name, err);
		if (flags[k].argument && i + 1 == argc)
			return err_set(err, "-%s: its argument (%s) is missing", name, flags[k].argument);
		if (!flags[k].take(o, flags[k].argument ? argv[++i] : NULL, err))
			return false;
	}
	return true;
}

void options_help(void)
{
	puts("Usage: orrery [FLAGS]\n\n"
	     "Flags have QEMU's names and meanings where QEMU has them. Without flags, a demo runs.\n");
	for (unsigned i = 0; i < countof(flags); i++) {
		char left[60];

		snprintf(left, sizeof(left), "-%s %s", flags[i].name, flags[i].argument ? flags[i].argument : "");
		printf("  %-30s %s\n", left, flags[i].help);
	}
}
