// SPDX-License-Identifier: GPL-2.0
/* Records as text and as JSON, by the layout line of their ring. */
#include <string.h>

#include "events.h"

#define HEX_MAX		64	/* bytes of a record without a layout, as text */

/* A layout that the record is long enough for; what is behind its last field is not shown. */
static bool find_layout(const struct event *e, struct layout *l)
{
	return !layout_make_record(l, e->layout, e->size);
}

static void print_hex(const uint8_t *p, size_t n, FILE *out)
{
	size_t i;

	for (i = 0; i < n && i < HEX_MAX; i++)
		fprintf(out, "%02x", p[i]);
	fprintf(out, "%s", n > HEX_MAX ? "..." : "");
}

/* The capture's header, if the record is one and whole. */
static const struct kwasm_capture *capture_of(const struct event *e)
{
	return e->kind == KWASM_RING_CAPTURE && e->size >= sizeof(struct kwasm_capture) ? e->data : NULL;
}

static void capture_text(const struct kwasm_capture *c, size_t size, FILE *out)
{
	fprintf(out, "packet: %u bytes, protocol 0x%04x, in %u out %u mark 0x%x cpu %u: ", c->packet_bytes,
		c->protocol, c->ifindex_in, c->ifindex_out, c->mark, c->cpu);
	print_hex((const uint8_t *)(c + 1), size - sizeof(*c), out);
}

void event_text(const struct event *e, FILE *out)
{
	const struct kwasm_capture *c = capture_of(e);
	char text[LAYOUT_TEXT_LEN];
	struct layout l;
	size_t i;

	fprintf(out, "%s: ", e->ring);
	if (c) {
		capture_text(c, e->size, out);
	} else if (find_layout(e, &l)) {
		for (i = 0; i < l.nr; i++)
			fprintf(out, "%s%s=%s", i ? " " : "", l.field[i].name,
				layout_field_text(&l.field[i], e->data, text));
	} else {
		print_hex(e->data, e->size, out);
	}
	fputc('\n', out);
}

static void capture_json(const struct kwasm_capture *c, size_t size, struct json *j)
{
	json_object(j, "packet");
	json_u64(j, "at_ns", c->at_ns);
	json_u64(j, "packet_bytes", c->packet_bytes);
	json_u64(j, "link_type", c->link_type);
	json_u64(j, "protocol", c->protocol);
	json_u64(j, "ifindex_in", c->ifindex_in);
	json_u64(j, "ifindex_out", c->ifindex_out);
	json_u64(j, "mark", c->mark);
	json_u64(j, "cpu", c->cpu);
	json_str(j, "place", c->type == KWASM_LINK_XDP ? "xdp" : c->type == KWASM_LINK_TC ? "tc" : "netfilter");
	json_u64(j, "family", c->family);
	json_u64(j, "hook", c->hook);
	json_hex(j, "bytes", c + 1, size - sizeof(*c));
	json_close(j);
}

void event_json(const struct event *e, struct json *j)
{
	const struct kwasm_capture *c = capture_of(e);
	struct layout l;

	json_str(j, "ring", e->ring);
	json_str(j, "kind", c ? "packet" : "record");
	if (c)
		capture_json(c, e->size, j);
	else if (find_layout(e, &l))
		layout_json(&l, e->data, j, "record");
	else
		json_hex(j, "bytes", e->data, e->size);
}
