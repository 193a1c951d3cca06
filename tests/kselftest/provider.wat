;; SPDX-License-Identifier: GPL-2.0
;; For typed instances: exports to import elsewhere, a loop without end, a trap, two results.
(module
  (memory (export "memory") 1 2)
  (global (export "answer") i32 (i32.const 42))
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "swap") (param i32 i64) (result i64 i32)
    (local.get 1) (local.get 0))
  (func (export "loop") (loop $again (br $again)))
  (func (export "trap") unreachable)
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))
