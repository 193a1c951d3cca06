/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A module's log: lines from its guests into a ring, out of it by read() on
 * log descriptors.  A full ring drops the oldest; every loss is counted and
 * told to the reader.
 */
#ifndef KWASM_LOG_H
#define KWASM_LOG_H

#include <linux/types.h>

struct file;
struct kwasm_log;

struct kwasm_log *kwasm_log_new(void);

/* The module is gone: readers see the end.  Drops the caller's reference; NULL is fine. */
void kwasm_log_close(struct kwasm_log *log);

/**
 * kwasm_log_write() - append one record
 * @level: of syslog; others count as 7
 * @text:  @len bytes, cut at KWASM_LOG_TEXT_MAX, shown as they are
 *
 * Context: any but NMI.
 * Return: 0, or -EAGAIN over the rate limit.
 */
int kwasm_log_write(struct kwasm_log *log, u32 level, const u8 *text, u32 len);

/* A file that reads @log. */
struct file *kwasm_log_file(struct kwasm_log *log);

#endif /* KWASM_LOG_H */
