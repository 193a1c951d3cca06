/* SPDX-License-Identifier: GPL-2.0 */
/* One record of a ring -> a line of text, members of a JSON object, or a block of pcapng. */
#ifndef KWASM_EVENTS_H
#define KWASM_EVENTS_H

#include "cli.h"
#include "layout.h"

/**
 * struct event - a record, wherever it comes from
 * @ring:   name of its ring
 * @kind:   enum kwasm_ring_kind
 * @layout: text of the ring's layout line, may be empty
 */
struct event {
	const char *ring;
	uint32_t kind;
	const char *layout;
	const void *data;
	size_t size;
};

/* "ring: field=value field=value", or what a packet is, or hex; nothing in it can steer a terminal. */
void event_text(const struct event *e, FILE *out);

/* Members ring, kind, and record, packet or bytes. */
void event_json(const struct event *e, struct json *j);

#endif /* KWASM_EVENTS_H */
