// SPDX-License-Identifier: GPL-2.0
/* A file with a packet, raw or as hex text -> bytes from the network header on. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define PACKET_BYTES_MAX	65536

int read_file(struct cli *c, const char *path, size_t max, uint8_t **out, size_t *len)
{
	int fd = !strcmp(path, "-") ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *buf;
	ssize_t n;
	size_t got = 0;
	int err = 0;

	if (fd < 0)
		return fail_errno(c, -errno, path);
	buf = malloc(max + 1);
	if (!buf)
		die_nomem();
	while (got <= max) {
		n = read(fd, buf + got, max + 1 - got);
		if (n < 0 && errno != EINTR) {
			err = -errno;
			break;
		}
		if (!n)
			break;
		got += n > 0 ? n : 0;
	}
	close(fd);
	if (!err && got > max)
		err = -EFBIG;
	if (err) {
		free(buf);
		return fail_errno(c, err, path);
	}
	*out = buf;
	*len = got;
	return 0;
}

static int hex_digit(int ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* Text of hex digits, blanks and # comments -> bytes, in place.  Length, or -1 when it is something else. */
static ssize_t decode_hex(uint8_t *p, size_t len)
{
	size_t i, n = 0;
	int high = -1, d;

	for (i = 0; i < len; i++) {
		if (p[i] == '#') {
			while (i < len && p[i] != '\n')
				i++;
			continue;
		}
		if (strchr(" \t\r\n", p[i]) && p[i])
			continue;
		d = hex_digit(p[i]);
		if (d < 0)
			return -1;
		if (high < 0) {
			high = d;
		} else {
			p[n++] = high << 4 | d;
			high = -1;
		}
	}
	return high < 0 ? (ssize_t)n : -1;
}

/* Text has none of the bytes a real packet is full of. */
static bool looks_like_text(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((p[i] < 0x20 && !strchr("\t\r\n", p[i])) || p[i] >= 0x7f || !p[i])
			return false;
	return true;
}

/* Bytes in place, hex decoded.  Length, or -1 when it is neither. */
static ssize_t decode(uint8_t *p, size_t len)
{
	return looks_like_text(p, len) ? decode_hex(p, len) : (ssize_t)len;
}

int read_packet(struct cli *c, const char *path, uint8_t **out, size_t *len)
{
	struct failure f = { .status = EXIT_USAGE, .err = EINVAL, .code = "bad_packet", .file = path,
			     .hint = "a packet is raw bytes, or pairs of hex digits with blanks and # comments" };
	uint8_t *buf = NULL;
	ssize_t n;
	int err;

	/* Hex takes two characters a byte, and comments need room as well. */
	err = read_file(c, path, 4 * PACKET_BYTES_MAX, &buf, len);
	if (err)
		return err;
	n = decode(buf, *len);
	if (n > 0 && n < PACKET_BYTES_MAX) {
		*out = buf;
		*len = n;
		return 0;
	}
	free(buf);
	if (n < 0)
		return fail(c, &f, "%s: neither raw bytes nor hex", path);
	return fail(c, &f, "%s: a packet has 1 to %d bytes, this has %zd", path, PACKET_BYTES_MAX - 1, n);
}
