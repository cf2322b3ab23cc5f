/* SPDX-License-Identifier: MIT */
/* The little of ELF that loaders need: program headers and notes, 32 and 64 bits, little endian. System V ABI, chapters
 * 4 and 5. Every offset comes from an untrusted file and is checked before use. */
#include "devices/board/elf.h"

struct elf_segment {
	u32 type;
	u64 offset, paddr, filesz, memsz;
};

static bool is_elf(const struct blob *k, bool *wide)
{
	if (k->size < 52 || memcmp(k->data, "\177ELF", 4) || k->data[5] != 1 || (k->data[4] != 1 && k->data[4] != 2))
		return false;
	*wide = k->data[4] == 2;
	return !*wide || k->size >= 64;
}

static unsigned segment_count(const struct blob *k, bool wide)
{
	return load_le16(k->data + (wide ? 56 : 44));
}

/* False if the file ends before the header that it promises. */
static bool segment_at(const struct blob *k, bool wide, unsigned i, struct elf_segment *s)
{
	u64 table = wide ? load_le64(k->data + 32) : load_le32(k->data + 28);
	u64 each = load_le16(k->data + (wide ? 54 : 42));
	u64 at = table + i * each;
	const u8 *p;

	if (table > k->size || each < (wide ? 56u : 32u) || at > k->size || k->size - at < each)
		return false;
	p = k->data + at;
	s->type = load_le32(p);
	s->offset = wide ? load_le64(p + 8) : load_le32(p + 4);
	s->paddr = wide ? load_le64(p + 24) : load_le32(p + 12);
	s->filesz = wide ? load_le64(p + 32) : load_le32(p + 16);
	s->memsz = wide ? load_le64(p + 40) : load_le32(p + 20);
	return s->offset <= k->size && s->filesz <= k->size - s->offset;
}

static void load_segment(struct space *memory, const struct blob *k, const struct elf_segment *s)
{
	static const u8 zeros[4096];

	space_load(memory, s->paddr, k->data + s->offset, s->filesz);
	for (u64 at = s->filesz, n; at < s->memsz; at += n) {
		n = min_u64(s->memsz - at, sizeof(zeros));
		space_load(memory, s->paddr + at, zeros, n);
	}
}

bool elf_load(const struct elf_target *t, const struct blob *k, u64 *entry, u64 *top, struct err *err)
{
	struct elf_segment s;
	unsigned loaded = 0;
	bool wide;

	if (!is_elf(k, &wide))
		return err_set(err, "-kernel %s: the ELF header is damaged", k->name);
	*top = 0;
	*entry = wide ? load_le64(k->data + 24) : load_le32(k->data + 24);
	for (unsigned i = 0; i < segment_count(k, wide); i++) {
		if (!segment_at(k, wide, i, &s))
			return err_set(err, "-kernel %s: truncated or damaged: ELF segment %u lies outside the file",
				k->name, i);
		if (s.type != 1 || !s.memsz)
			continue;
		if (s.filesz > s.memsz)
			return err_set(err, "-kernel %s: damaged: ELF segment %u is larger in the file than in memory",
				k->name, i);
		if (!t->room(t->arg, k->name, s.paddr, s.memsz, err))
			return err_prefix(err, "-kernel");
		load_segment(t->memory, k, &s);
		*top = max_u64(*top, s.paddr + s.memsz);
		loaded++;
	}
	if (!loaded)
		return err_set(err, "-kernel %s: the ELF file has nothing to load", k->name);
	return true;
}

bool elf_is(const struct blob *k, u16 machine)
{
	bool wide;

	return is_elf(k, &wide) && load_le16(k->data + 18) == machine;
}

bool elf_find_note(const struct blob *k, const char *name, u32 type, u64 *value)
{
	struct elf_segment s = {0};
	bool wide;

	if (!is_elf(k, &wide))
		return false;
	for (unsigned i = 0; i < segment_count(k, wide); i++) {
		bool note = segment_at(k, wide, i, &s) && s.type == 4; /* a damaged one is elf_load's to report */
		u64 at = s.offset, end = s.offset + s.filesz;

		while (note && end - at >= 12) {
			u64 nname = load_le32(k->data + at), ndesc = load_le32(k->data + at + 4);
			u64 desc = at + 12 + align_up(nname, 4), next = desc + align_up(ndesc, 4);

			if (desc > end || ndesc > end - desc)
				break;
			if (load_le32(k->data + at + 8) == type && nname == strlen(name) + 1 &&
			    !memcmp(k->data + at + 12, name, nname) && (ndesc == 4 || ndesc == 8)) {
				*value = load_le(k->data + desc, (unsigned)ndesc);
				return true;
			}
			if (next > end)
				break;
			at = next;
		}
	}
	return false;
}
