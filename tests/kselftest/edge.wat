;; SPDX-License-Identifier: GPL-2.0
;; Loads and stores at any address of a memory that ends at 0x10000 until it is grown.
(module
  (memory 1 2)
  (func (export "call/get") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "call/get_far") (param i32) (result i64) (i64.load offset=0xffff0000 (local.get 0)))
  (func (export "call/put") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
  (func (export "call/grow") (result i32) (memory.grow (i32.const 1))))
