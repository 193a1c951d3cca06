/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* jit/ in userspace: compiler headers only, so that nothing of libc leaks in. */
#ifndef KW_PLATFORM_USER_H
#define KW_PLATFORM_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);

#ifndef EPERM
#define EPERM		1
#define ENOENT		2
#define EINTR		4
#define E2BIG		7
#define ENOEXEC		8
#define EBADF		9
#define ENOMEM		12
#define EACCES		13
#define EFAULT		14
#define EBUSY		16
#define EEXIST		17
#define EINVAL		22
#define ENOSPC		28
#define ERANGE		34
#define EOVERFLOW	75
#define EOPNOTSUPP	95
#define ECANCELED	125
#endif

#ifndef likely
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#endif
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(n)		(1UL << (n))
#define BIT_ULL(n)	(1ULL << (n))
#define ALIGN(x, a)	(((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define min(a, b)	({ __typeof__(a) min_a = (a); __typeof__(b) min_b = (b); min_a < min_b ? min_a : min_b; })
#define max(a, b)	({ __typeof__(a) max_a = (a); __typeof__(b) max_b = (b); max_a > max_b ? max_a : max_b; })
#define min_t(t, a, b)	min((t)(a), (t)(b))
#define max_t(t, a, b)	max((t)(a), (t)(b))
#define swap(a, b)	do { __typeof__(a) swap_t = (a); (a) = (b); (b) = swap_t; } while (0)
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#ifndef noinline
#define noinline	__attribute__((__noinline__))
#endif
#ifndef fallthrough
#define fallthrough	__attribute__((__fallthrough__))
#endif
#ifndef static_assert
#define static_assert	_Static_assert
#endif
#define __printf(a, b)	__attribute__((__format__(printf, a, b)))

#define check_add_overflow(a, b, d)	__builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d)	__builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d)	__builtin_mul_overflow(a, b, d)

static inline u16 get_unaligned_le16(const void *p) { u16 v; memcpy(&v, p, sizeof(v)); return v; }
static inline u32 get_unaligned_le32(const void *p) { u32 v; memcpy(&v, p, sizeof(v)); return v; }
static inline u64 get_unaligned_le64(const void *p) { u64 v; memcpy(&v, p, sizeof(v)); return v; }
static inline void put_unaligned_le16(u16 v, void *p) { memcpy(p, &v, sizeof(v)); }
static inline void put_unaligned_le32(u32 v, void *p) { memcpy(p, &v, sizeof(v)); }
static inline void put_unaligned_le64(u64 v, void *p) { memcpy(p, &v, sizeof(v)); }

/* An invariant of ours, not a check of input; a guest must never be able to make one fail. */
#define kw_assert(cond)	((cond) ? (void)0 : __builtin_trap())

/* Userspace: 1 MiB of VM stack, call context included. */
#define KW_STACK_LOG2	20

#endif /* KW_PLATFORM_USER_H */
