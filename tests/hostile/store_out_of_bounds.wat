;; SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
;; Owns one page of memory and writes to the last byte a 32-bit address can name.
(module
  (memory (export "memory") 1 1)
  (func (export "netfilter/inet/input") (result i32)
    (i32.store8 (i32.const 0xffffffff) (i32.const 42))
    (i32.const 1)))
