/* SPDX-License-Identifier: MIT */
/* The VGA's ports 3B0h-3DFh: general registers, sequencer, CRT controller, graphics controller, attribute controller
 * and palette DAC. IBM VGA/XGA Technical Reference Manual, chapter 2; registers behind an index are arrays, with the
 * bits that exist in a table. */
#include "devices/video/vga.h"

#include "devices/machine.h"

enum { PORTS = 0x3b0, CRTC_PROTECT = 0x80, OVERFLOW_LINE_COMPARE = 0x10 };
enum { STATUS1_NOT_DISPLAYING = 1, STATUS1_V_RETRACE = 8 };
enum { DAC_READING = 3, DAC_WRITING = 0 };

const struct state_field vga_rows[] = {
	STATE_SUB(struct vga, config, pci_config_rows), STATE_U(struct vga, misc), STATE_U(struct vga, feature),
	STATE_U(struct vga, subsystem), STATE_U(struct vga, seq_index), STATE_U(struct vga, crtc_index),
	STATE_U(struct vga, gfx_index), STATE_U(struct vga, attr_index), STATE_U(struct vga, attr_data),
	STATE_RAW(struct vga, seq), STATE_RAW(struct vga, crtc), STATE_RAW(struct vga, gfx),
	STATE_RAW(struct vga, attr),
	STATE_U(struct vga, pel_mask), STATE_U(struct vga, dac_state), STATE_U(struct vga, dac_write),
	STATE_U(struct vga, dac_read), STATE_U(struct vga, dac_part), STATE_RAW(struct vga, dac_held),
	STATE_RAW(struct vga, dac), STATE_RAW(struct vga, latch),
	STATE_U(struct vga, dispi_index), STATE_U_ARRAY(struct vga, dispi), STATE_END,
};

/* Bits that exist. */
static const u8 seq_mask[VGA_NSEQ] = {0x03, 0x3d, 0x0f, 0x3f, 0x0e, 0x00, 0x00, 0x00};
static const u8 gfx_mask[VGA_NGFX] = {0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff};
static const u8 crtc_mask[VGA_NCRTC] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x3f, 0x7f, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xef, 0xff,
};
static const u8 attr_mask[VGA_NATTR] = {
	0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f,
	0xef, 0xff, 0x3f, 0x0f, 0x0f,
};

/* ---- the beam -------------------------------------------------------------------------------------------- */

static unsigned v_total(const struct vga *s)
{
	unsigned n = s->crtc[CRTC_V_TOTAL] | (s->crtc[CRTC_OVERFLOW] & 1u) << 8 | (s->crtc[CRTC_OVERFLOW] & 0x20u) << 4;

	return (n + 2) << (s->crtc[CRTC_MODE] >> 2 & 1);
}

struct vga_beam vga_beam_now(const struct dev *d)
{
	static const u32 clocks[4] = {25175000, 28322000, 25175000, 25175000}; /* Hz; the others are external */
	const struct vga *s = d->state;
	unsigned group = s->seq[SEQ_CLOCKING_MODE] & CLOCKING_8_DOT ? 8 : 9;
	u64 per_line, per_frame, dots;

	per_line = (s->crtc[CRTC_H_TOTAL] + 5u) * group << (s->seq[SEQ_CLOCKING_MODE] & CLOCKING_HALF ? 1 : 0);
	dots = clock_muldiv(clock_now(&d->machine->clock), clocks[s->misc >> 2 & 3], CLOCK_SECOND);
	per_frame = per_line * v_total(s);
	return (struct vga_beam){
		dots / per_frame, (u32)(dots % per_frame / per_line), (u32)(dots % per_frame % per_line)};
}

/* ---- general registers ----------------------------------------------------------------------------------- */

static bool is_color(const struct dev *d)
{
	return ((const struct vga *)d->state)->misc & MISC_COLOR;
}

static bool is_mono(const struct dev *d)
{
	return !is_color(d);
}

/* Input status 1: display enable and vertical retrace follow the beam; the read prepares 3C0h for an index. */
static u64 status1_read(struct dev *d, unsigned index, u64 stored)
{
	struct vga *s = d->state;
	struct vga_geometry g = vga_geometry(d);
	struct vga_beam b = vga_beam_now(d);
	unsigned shift = s->crtc[CRTC_MODE] >> 2 & 1, overflow = s->crtc[CRTC_OVERFLOW];
	unsigned start = s->crtc[CRTC_V_RETRACE_START] | (overflow & 4) << 6 | (overflow & 0x80) << 2;
	unsigned line = b.line >> shift, length = (s->crtc[CRTC_V_RETRACE_END] - start) & 15;
	u64 v = 0;

	(void)index;
	(void)stored;
	s->attr_data = false;
	if (line >= start && line < start + (length ? length : 16))
		v = STATUS1_V_RETRACE;
	if (b.line >= g.height || b.dot >= g.columns * g.dots * g.zoom)
		v |= STATUS1_NOT_DISPLAYING;
	return v;
}

static void feature_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;

	(void)index;
	(void)old;
	s->feature = now & 3;
}

static void misc_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;

	(void)index;
	(void)old;
	s->misc = now & 0xef;
	vga_update_window(d);
}

/* ---- registers behind an index --------------------------------------------------------------------------- */

static u64 seq_read(struct dev *d, unsigned index, u64 stored)
{
	const struct vga *s = d->state;

	(void)index;
	(void)stored;
	return s->seq[s->seq_index];
}

static void seq_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;

	(void)index;
	(void)old;
	s->seq[s->seq_index] = (u8)(now & seq_mask[s->seq_index]);
	vga_update_window(d);
}

static u64 gfx_read(struct dev *d, unsigned index, u64 stored)
{
	const struct vga *s = d->state;

	(void)index;
	(void)stored;
	return s->gfx_index < VGA_NGFX ? s->gfx[s->gfx_index] : 0;
}

static void gfx_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;

	(void)index;
	(void)old;
	if (s->gfx_index >= VGA_NGFX)
		return;
	s->gfx[s->gfx_index] = (u8)(now & gfx_mask[s->gfx_index]);
	vga_update_window(d);
}

static u64 crtc_read(struct dev *d, unsigned index, u64 stored)
{
	const struct vga *s = d->state;

	(void)index;
	(void)stored;
	return s->crtc_index < VGA_NCRTC ? s->crtc[s->crtc_index] : 0;
}

/* Bit 7 of register 11h protects 00h-07h, but for bit 8 of line compare in 07h. */
static void crtc_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;
	u8 mask;

	(void)index;
	(void)old;
	if (s->crtc_index >= VGA_NCRTC)
		return;
	mask = crtc_mask[s->crtc_index];
	if (s->crtc_index <= CRTC_OVERFLOW && (s->crtc[CRTC_V_RETRACE_END] & CRTC_PROTECT))
		mask = s->crtc_index == CRTC_OVERFLOW ? OVERFLOW_LINE_COMPARE : 0;
	s->crtc[s->crtc_index] = (u8)((s->crtc[s->crtc_index] & ~mask) | (now & mask));
}

/* Index and data share 3C0h, in turns. */
static void attr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;
	unsigned n = s->attr_index & 0x1f;

	(void)index;
	(void)old;
	if (!s->attr_data)
		s->attr_index = now & 0x3f;
	else if (n < VGA_NATTR && (n >= ATTR_MODE || !(s->attr_index & ATTR_INDEX_SCREEN_ON)))
		s->attr[n] = (u8)(now & attr_mask[n]); /* the palette can't be changed while it is in use */
	s->attr_data = !s->attr_data;
}

static u64 attr_index_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return ((const struct vga *)d->state)->attr_index;
}

static u64 attr_read(struct dev *d, unsigned index, u64 stored)
{
	const struct vga *s = d->state;
	unsigned n = s->attr_index & 0x1f;

	(void)index;
	(void)stored;
	return n < VGA_NATTR ? s->attr[n] : 0;
}

/* ---- the DAC --------------------------------------------------------------------------------------------- */

static u64 dac_state_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return ((const struct vga *)d->state)->dac_state;
}

static void dac_index_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;

	(void)index;
	(void)old;
	s->dac_read = (u8)now;
	s->dac_part = 0;
	s->dac_state = DAC_READING;
}

static void dac_write_index_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;

	(void)index;
	(void)old;
	(void)now;
	s->dac_part = 0;
	s->dac_state = DAC_WRITING;
}

static u64 dac_data_read(struct dev *d, unsigned index, u64 stored)
{
	struct vga *s = d->state;
	u8 v = s->dac[s->dac_read * 3 + s->dac_part];

	(void)index;
	(void)stored;
	if (++s->dac_part == 3) {
		s->dac_part = 0;
		s->dac_read++;
	}
	return v;
}

/* The three parts of a colour take effect together. */
static void dac_data_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga *s = d->state;
	u8 v = (u8)(s->dispi[DISPI_ENABLE] & DISPI_8BIT_DAC ? now : now & 0x3f), *color = s->dac + s->dac_write * 3;

	(void)index;
	(void)old;
	if (s->dac_part < 2) {
		s->dac_held[s->dac_part++] = v;
		return;
	}
	memcpy(color, s->dac_held, 2);
	color[2] = v;
	s->dac_part = 0;
	s->dac_write++;
}

/* ---- rows ------------------------------------------------------------------------------------------------ */

#define MEMBER(m) REG_MEMBER(struct vga, m)

static const struct reg regs[] = {
	{"CRTC_INDEX", 0x04, 1, MEMBER(crtc_index), .wmask = 0xff, .when = is_mono, .doc = "CRT controller, monochrome"},
	{"CRTC_DATA", 0x05, 1, .read = crtc_read, .wrote = crtc_wrote, .when = is_mono, .doc = "its registers 00h-18h"},
	{"STATUS1", 0x0a, 1, .read = status1_read, .wrote = feature_wrote, .when = is_mono, .doc = "write: feature control"},
	{"ATTR", 0x10, 1, .read = attr_index_read, .wrote = attr_wrote, .doc = "attribute controller: index and data in turns"},
	{"ATTR_DATA", 0x11, 1, .read = attr_read, .doc = "attribute registers 00h-14h"},
	{"STATUS0", 0x12, 1, .wrote = misc_wrote, .doc = "write: miscellaneous output"},
	{"SUBSYSTEM", 0x13, 1, MEMBER(subsystem), .wmask = 1, .doc = "video subsystem enable"},
	{"SEQ_INDEX", 0x14, 1, MEMBER(seq_index), .wmask = 7, .doc = "sequencer"},
	{"SEQ_DATA", 0x15, 1, .read = seq_read, .wrote = seq_wrote, .doc = "its registers 00h-04h"},
	{"PEL_MASK", 0x16, 1, MEMBER(pel_mask), .wmask = 0xff, .doc = "ANDed with each pixel before the DAC"},
	{"DAC_READ", 0x17, 1, .read = dac_state_read, .wrote = dac_index_wrote, .doc = "write: index; read: 3 reading, 0 writing"},
	{"DAC_WRITE", 0x18, 1, MEMBER(dac_write), .wmask = 0xff, .wrote = dac_write_index_wrote, .doc = "index for writing"},
	{"DAC_DATA", 0x19, 1, .read = dac_data_read, .wrote = dac_data_wrote, .doc = "red, green, blue"},
	{"FEATURE", 0x1a, 1, MEMBER(feature), .doc = "feature control"},
	{"MISC", 0x1c, 1, MEMBER(misc), .doc = "miscellaneous output"},
	{"GFX_INDEX", 0x1e, 1, MEMBER(gfx_index), .wmask = 0x0f, .doc = "graphics controller"},
	{"GFX_DATA", 0x1f, 1, .read = gfx_read, .wrote = gfx_wrote, .doc = "its registers 00h-08h"},
	{"CRTC_INDEX", 0x24, 1, MEMBER(crtc_index), .wmask = 0xff, .when = is_color, .doc = "CRT controller, colour"},
	{"CRTC_DATA", 0x25, 1, .read = crtc_read, .wrote = crtc_wrote, .when = is_color, .doc = "its registers 00h-18h"},
	{"STATUS1", 0x2a, 1, .read = status1_read, .wrote = feature_wrote, .when = is_color, .doc = "write: feature control"},
};
const struct reg_bank vga_bank = {"vga", regs, countof(regs), 0x30, 1, 1, ~0ull};

void vga_reset_registers(struct dev *d)
{
	struct vga *s = d->state;
	struct pci_config config = s->config;

	*s = (struct vga){.config = config};
	reg_reset(d, &vga_bank);
}
