;; SPDX-License-Identifier: GPL-2.0
;; Imports what provider.wat exports.
(module
  (import "provider" "add" (func $add (param i32 i32) (result i32)))
  (import "provider" "memory" (memory 1))
  (func (export "add3") (param i32 i32 i32) (result i32)
    (i32.store (i32.const 8) (call $add (call $add (local.get 0) (local.get 1)) (local.get 2)))
    (i32.load (i32.const 8))))
