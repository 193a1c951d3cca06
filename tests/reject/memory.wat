;; Memories, data segments, alignment.
;; REJECT 0x19 func 0 i32.load: unknown memory 0
(module (func i32.const 0 i32.load drop))
;; REJECT 0x1e func 0 i32.load: alignment must not be larger than natural
(module (memory 1) (func i32.const 0 i32.load align=8 drop))
;; ACCEPT
(module (memory 1) (func i32.const 0 i64.load align=8 drop))
;; REJECT 0x1e func 0 i32.load8_u: alignment must not be larger than natural
(module (memory 1) (func i32.const 0 i32.load8_u align=2 drop))
;; REJECT 0x1e func 0 i32.load: type mismatch: expected i32, found i64
(module (memory 1) (func i64.const 0 i32.load drop))
;; REJECT 0x20 func 0 i64.store: type mismatch: expected i64, found i32
(module (memory 1) (func i32.const 0 i32.const 0 i64.store))
;; REJECT 0xb: memory size must be at most 65536 pages (4GiB)
(module (memory 65537))
;; REJECT 0xb: size minimum must not be greater than maximum
(module (memory 2 1))
;; REJECT 0xd: multiple memories
(module (memory 1) (memory 1))
;; REJECT 0xc: unknown memory 0
(module (data (i32.const 0) "x"))
;; REJECT 0x11: type mismatch: expected i32, found i64
(module (memory 1) (data (i64.const 0) "x"))
;; REJECT 0x15 i32.add: constant expression required: extended constant expressions are not supported
(module (memory 1) (data (i32.add (i32.const 0) (i32.const 0)) "x"))
;; REJECT 0x25 func 0 memory.init: unknown data segment 1
(module (memory 1) (data "x") (func i32.const 0 i32.const 0 i32.const 0 memory.init 1))
;; REJECT 0x17 func 0 memory.size: unknown memory 0
(module (func memory.size drop))
;; REJECT 0x22 func 0 memory.fill: type mismatch: expected i32, found i64
(module (memory 1) (func i32.const 0 i32.const 0 i64.const 0 memory.fill))
