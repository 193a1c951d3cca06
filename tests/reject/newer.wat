;; What later versions of WebAssembly have is refused by name.
;; REJECT 0x17 func 0: not supported: tail calls
(module (func return_call 0))
;; REJECT 0x17 func 0: not supported: exceptions
(module (func try nop catch_all end))
;; REJECT 0xb: not supported: 64-bit memories and tables
(module (memory i64 1))
;; REJECT 0xb: not supported: threads
(module (memory 1 1 shared))
;; REJECT 0x1f func 0: not supported: threads
(module (memory 1) (func (result i32) i32.const 0 i32.atomic.load))
;; REJECT 0xe: not supported: exceptions
(module (type (func)) (tag (type 0)))
;; REJECT 0x11 i32.add: constant expression required: extended constant expressions are not supported
(module (global i32 (i32.add (i32.const 1) (i32.const 2))))
;; REJECT 0x1a global.get: unknown global 0 in a constant expression: garbage collection is not supported
(module (table 1 funcref) (global i32 (i32.const 0)) (elem (global.get 0)))
;; REJECT 0xd global.get: unknown global 0
(module (global i32 (global.get 0)))
;; REJECT 0xd global.get: unknown global 1
(module (global i32 (global.get 1)) (global i32 (i32.const 1)))
;; REJECT 0x12 global.get: unknown global 0
(module (global (mut i32) (i32.const 1)) (global i32 (global.get 0)))
;; FEATURES 7
;; REJECT 0x1c func 0: not supported: relaxed SIMD
(module (func (param v128) local.get 0 local.get 0 i8x16.relaxed_swizzle drop))
