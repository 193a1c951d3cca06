;; Globals, tables, element segments, exports.
;; REJECT 0x21 func 0 global.set: global is immutable
(module (global i32 (i32.const 1)) (func i32.const 2 global.set 0))
;; REJECT 0x17 func 0 global.get: unknown global 0
(module (func global.get 0 drop))
;; REJECT 0xd: type mismatch: expected i32, found i64
(module (global i32 (i64.const 1)))
;; REJECT 0x12 global.get: unknown global 0 in a constant expression: garbage collection is not supported
(module (global i32 (i32.const 1)) (global i32 (global.get 0)))
;; REJECT 0x17 global.get: constant expression required
(module (import "m" "g" (global (mut i32))) (global i32 (global.get 0)))
;; ACCEPT
(module (import "m" "g" (global i32)) (global i32 (global.get 0)))
;; REJECT 0xd: type mismatch: values left on the stack at the end of the block: 1
(module (global i32 (i32.const 1) (i32.const 2)))
;; REJECT 0xd nop: constant expression required
(module (global i32 (nop) (i32.const 2)))
;; REJECT 0xc: size minimum must not be greater than maximum
(module (table 3 2 funcref))
;; REJECT 0x16: unknown table 0
(module (func) (elem (i32.const 0) func 0))
;; REJECT 0x16: unknown function 7
(module (table 1 funcref) (elem (i32.const 0) func 7))
;; ACCEPT
(module (table 1 funcref) (func) (elem (i32.const 0) funcref (ref.func 0) (ref.null func)))
;; ACCEPT
(module (func) (elem declare func 0))
;; REJECT 0x2e func 1 table.init: unknown elem segment 1
(module (table 1 funcref) (func) (elem func 0) (func i32.const 0 i32.const 0 i32.const 0 table.init 1))
;; REJECT 0x1d func 0 table.copy: unknown table 0
(module (func i32.const 0 i32.const 0 i32.const 0 table.copy))
;; REJECT 0x1e: duplicate export name
(module (func) (export "a" (func 0)) (export "b" (func 0)) (export "a" (func 0)))
;; REJECT 0xe: unknown function 0
(module (export "a" (func 0)))
;; REJECT 0xe: unknown memory 0
(module (export "a" (memory 0)))
;; REJECT 0x11: unknown type 1
(module (type (func)) (func (type 1)))
