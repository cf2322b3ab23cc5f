/* SPDX-License-Identifier: MIT */
/* The virtio console (OASIS virtio 1.2, 5.3): control protocol, ports, input through the gate, the test channel; and
 * how devices come into slots. */
#include "tests/unit/virtio_rig.h"

#include "devices/misc/testdev.h"

#include <stdlib.h>

enum { MULTIPORT = 1, CONTROL_RX = 2, CONTROL_TX = 3 };
enum { DEVICE_READY, PORT_ADD, PORT_REMOVE, PORT_READY, CONSOLE_PORT, RESIZE, PORT_OPEN, PORT_NAME };

static void start_ports(void)
{
	struct err err;

	vr_new();
	vr_plug("serial", "virtio-serial-device", NULL);
	vr_plug("con", "virtconsole", NULL);
	vr_plug("named", "virtserialport", "name=org.orrery.0,nr=3");
	vr_plug("test", "virtserialport", NULL)->chr.write = testdev_channel;
	cr_assert(vr_make(&err), "%s", err.text);
}

TestSuite(virtio_serial, .init = start_ports, .fini = vr_stop);

/* Queue q, with 8 buffers of n bytes for the device to fill. */
static void give_buffers(unsigned q, u32 n)
{
	for (unsigned i = 0; i < 8; i++) {
		vr_desc(q, i, VR_DATA + 0x10000 * q + 0x100 * i, n, WRITE, 0);
		vr_offer(q, (u16)i);
	}
	vr_kick(q);
}

static u8 *buffer(unsigned q, unsigned n)
{
	return vr->ram.host + VR_DATA + 0x10000 * q + 0x100 * n;
}

static void go(u64 features)
{
	cr_assert(vr_negotiate(features));
	for (unsigned q = 0; q < 10; q++)
		vr_queue(q, 8);
	vr_go();
}

static void send(unsigned q, const void *data, size_t n)
{
	u16 before = vr_used(q);

	space_write_block(&vr->m->memory, VR_DATA + 0x10000 * q, data, n);
	vr_desc(q, 0, VR_DATA + 0x10000 * q, (u32)n, 0, 0);
	vr_offer(q, 0);
	vr_kick(q);
	cr_assert_eq(vr_used(q), (u16)(before + 1));
}

static void control(u32 port, u16 event, u16 value)
{
	u8 message[8];

	store_le32(message, port);
	store_le16(message + 4, event);
	store_le16(message + 6, value);
	send(CONTROL_TX, message, sizeof(message));
}

/* Message n to the driver. */
static void expect_message(u16 n, u32 port, u16 event, const char *name)
{
	const u8 *m = buffer(CONTROL_RX, n);

	cr_assert_lt(n, vr_used(CONTROL_RX));
	cr_expect_eq(load_le32(m), port, "message %u", n);
	cr_expect_eq(load_le16(m + 4), event, "message %u", n);
	cr_expect_eq(load_le16(m + 6), 1, "message %u", n);
	cr_expect_eq(vr_used_len(CONTROL_RX, n), 8 + strlen(name));
	cr_expect_arr_eq(m + 8, name, strlen(name));
}

static void type(const char *id, const char *text)
{
	struct dev *d = dev_find(vr->m, id);

	replay_input(&vr->m->replay, d, INPUT_BYTES, text, strlen(text));
}

static size_t room(const char *id)
{
	struct dev *d = dev_find(vr->m, id);

	return d->type->room(d);
}

Test(virtio_serial, control_protocol)
{
	go(BIT(MULTIPORT));
	control(0, DEVICE_READY, 1);
	cr_expect_eq(vr_used(CONTROL_RX), 0);
	give_buffers(CONTROL_RX, 40); /* messages wait for them */
	cr_expect_eq(vr_used(CONTROL_RX), 3);
	expect_message(0, 0, PORT_ADD, "");
	expect_message(1, 1, PORT_ADD, "");
	expect_message(2, 3, PORT_ADD, "");
	control(0, PORT_READY, 1);
	cr_expect_eq(vr_used(CONTROL_RX), 5);
	expect_message(3, 0, CONSOLE_PORT, "");
	expect_message(4, 0, PORT_OPEN, "");
	control(3, PORT_READY, 1);
	expect_message(5, 3, PORT_NAME, "org.orrery.0");
	expect_message(6, 3, PORT_OPEN, "");
	control(7, PORT_READY, 1); /* there is none, nor such a message */
	control(0x80000000, PORT_OPEN, 1);
	control(0, 99, 1);
	send(CONTROL_TX, "\0\0\0", 3);
	control(1, PORT_READY, 0);
	cr_expect_eq(vr_used(CONTROL_RX), 7);
	cr_expect_eq(vr_get(R_STATUS), 15);
}

Test(virtio_serial, output)
{
	go(BIT(MULTIPORT));
	send(1, "hello ", 6);
	send(9, "port 3", 6);
	cr_expect_eq(vr->ntext, 12);
	cr_expect_arr_eq(vr->text, "hello port 3", 12);
	send(7, "swallowed", 9); /* there is no port 2 */
	cr_expect_eq(vr->ntext, 12);
}

Test(virtio_serial, input)
{
	go(BIT(MULTIPORT));
	give_buffers(8, 4);
	cr_expect_eq(room("named"), 0);
	type("named", "lost");
	control(3, PORT_OPEN, 1);
	cr_expect_eq(room("named"), 4096);
	type("named", "hello");
	cr_expect_eq(vr_used(8), 2);
	cr_expect_eq(vr_used_len(8, 0), 4);
	cr_expect_eq(vr_used_len(8, 1), 1);
	cr_expect_arr_eq(buffer(8, 0), "hell", 4);
	cr_expect_arr_eq(buffer(8, 1), "o", 1);
	type("named", "and more than the other buffers have room for");
	cr_expect_eq(vr_used(8), 8);
	cr_expect_eq(room("named"), 4096 - 45 + 24);
	give_buffers(8, 4);
	cr_expect_eq(room("named"), 4096);
	cr_expect_arr_eq(buffer(8, 0), "buff", 4);
	type("named", "x");
	control(3, PORT_OPEN, 0);
	cr_expect_eq(room("named"), 0);
}

Test(virtio_serial, without_multiport)
{
	go(0);
	give_buffers(0, 100);
	give_buffers(CONTROL_RX, 40);
	type("con", "abc");
	cr_expect_eq(vr_used_len(0, 0), 3);
	cr_expect_eq(room("named"), 0);
	control(0, DEVICE_READY, 1);
	send(1, "ok", 2);
	cr_expect_arr_eq(vr->text, "ok", 2);
}

Test(virtio_serial, emergency_write)
{
	vr_set(0x108, 'e');
	cr_expect_arr_eq(vr->text, "e", 1);
}

Test(virtio_serial, test_channel)
{
	go(BIT(MULTIPORT));
	send(5, "no x3 9p ;", 10);
	cr_expect(!vr->m->exit_wanted);
	send(5, " 1", 2);
	send(5, "2 q", 3);
	cr_expect(vr->m->exit_wanted);
	cr_expect_eq(vr->m->exit_status, 25);
}

/* Each as Debian's qemu 7.2 answers it. */
Test(testdev, as_qemu, .init = start_ports, .fini = vr_stop)
{
	static const struct {
		const char *text;
		int status;
	} all[] = {
		{"7q", 15}, {" 7q", 15}, {"7 q", 15}, {"7\nq", 15}, {"x7q", 15}, {"-3q", 7}, {"q", 1}, {"300q", 89},
		{"4294967299q", 7}, {"1x2q", 5}, {"7 q5q", 15}, {"5;7q", 15}, {"5 6q", 1}, {"0 7q", 1}, {" 0 q", 1},
		{"5 6 7q", 15}, {"5 x7q", 15}, {"5\n6q3q", 1},
	};
	struct host_char out = {testdev_channel, NULL};

	for (unsigned i = 0; i < countof(all); i++) {
		struct testdev t = {0};

		vr->m->exit_wanted = false;
		testdev_out(&t, vr->m, &out, (const u8 *)all[i].text, strlen(all[i].text));
		cr_expect(vr->m->exit_wanted, "\"%s\"", all[i].text);
		cr_expect_eq(vr->m->exit_status, all[i].status, "\"%s\": %d", all[i].text, vr->m->exit_status);
	}
}

/* ---- slots ------------------------------------------------------------------------------------------------------ */

TestSuite(virtio_plug, .init = vr_new, .fini = vr_stop);

Test(virtio_plug, highest_slot_first)
{
	struct err err;

	vr_plug("a", "virtio-rng-device", "seed=5");
	vr_plug("b", "virtio-blk-device", "serial=x")->block = &vr->block;
	cr_assert(vr_make(&err), "%s", err.text);
	cr_expect_eq(vr_get(8), 4);
	cr_expect_eq(vr_peek(VR_SLOT - 0x200 + 8, 4), 2);
}

Test(virtio_plug, a_slot_by_name)
{
	struct err err;

	vr_plug("a", "virtio-rng-device", "bus=virtio-mmio-bus.0");
	vr_plug("b", "virtio-serial-device", NULL);
	cr_assert(vr_make(&err), "%s", err.text);
	cr_expect_eq(vr_get(8), 3);
	cr_expect_eq(vr_peek(VR_SLOT - 0x200 + 8, 4), 4);
}

static void expect_error(const char *device, const char *opts, const char *text)
{
	struct err err = {""};

	vr_plug("first", "virtio-rng-device", NULL);
	vr_plug("second", device, opts);
	cr_assert(!vr_make(&err));
	cr_expect(strstr(err.text, text), "%s", err.text);
	ram_free(&vr->ram);
	ram_free(&vr->rom);
	free(vr);
	vr_new();
}

Test(virtio_plug, errors)
{
	struct err err;

	expect_error("virtio-blk-device", NULL, "drive=ID is missing");
	expect_error("virtio-gpu-device", NULL, "no place for it");
	expect_error("virtio-rng-device", "sed=5", "no option \"sed\"; there are: bus,seed");
	expect_error("virtio-rng-device", "seed", "seed needs a value");
	expect_error("virtio-rng-device", "=5", "no option \"\"");
	expect_error("virtio-rng-device", "bus=virtio-mmio-bus.1", "first is there already");
	expect_error("virtio-rng-device", "bus=virtio-mmio-bus.2", "no such slot");
	expect_error("virtio-rng-device", "bus=pci.0", "no such slot");
	expect_error("virtio-rng-device", "bus=virtio-mmio-bus.", "no such slot");
	expect_error("virtconsole", NULL, "needs a virtio-serial-device");
	expect_error("virtserialport", "bus=first.0", "no virtio-serial-device with this id");
	vr_plug("a", "virtio-rng-device", NULL);
	vr_plug("b", "virtio-rng-device", NULL);
	vr_plug("c", "virtio-rng-device", NULL);
	cr_expect(!vr_make(&err));
	cr_expect(strstr(err.text, "no free slot"), "%s", err.text);
}

Test(virtio_plug, port_errors)
{
	static const char *const opts[] = {"nr=0", "nr=8", "nr=x"};
	struct err err;

	for (unsigned i = 0; i < countof(opts); i++) {
		vr_plug("serial", "virtio-serial-device", NULL);
		vr_plug("port", "virtserialport", opts[i]);
		cr_expect(!vr_make(&err), "%s", opts[i]);
		ram_free(&vr->ram);
		ram_free(&vr->rom);
		free(vr);
		vr_new();
	}
	vr_plug("serial", "virtio-serial-device", NULL);
	vr_plug("one", "virtserialport", "nr=1");
	vr_plug("two", "virtserialport", "nr=1");
	cr_expect(!vr_make(&err));
	cr_expect(strstr(err.text, "no such port left"), "%s", err.text);
}
