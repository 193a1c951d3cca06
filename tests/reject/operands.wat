;; Operands: too few, too many, of the wrong type, in reachable and unreachable code.
;; REJECT 0x17 func 0 i32.add: type mismatch: expected i32, found nothing
(module (func i32.add drop))
;; REJECT 0x1b func 0 i32.add: type mismatch: expected i32, found i64
(module (func i32.const 1 i64.const 2 i32.add drop))
;; REJECT 0x1a func 0 end: type mismatch: expected i32, found i64
(module (func (result i32) i64.const 1))
;; REJECT 0x19 func 0 end: type mismatch: values left on the stack at the end of the block: 1
(module (func i32.const 1))
;; REJECT 0x19 func 0 end: type mismatch: expected i32, found nothing
(module (func (result i32) nop))
;; REJECT 0x17 func 0 drop: type mismatch: expected a value, found nothing
(module (func drop))
;; REJECT 0x1d func 0 select: type mismatch: expected i32, found i64
(module (func i32.const 1 i32.const 2 i64.const 3 select drop))
;; REJECT 0x1d func 0 select: type mismatch: expected i32, found i64
(module (func i32.const 1 i64.const 2 i32.const 3 select drop))
;; ACCEPT
(module (func (result i32) unreachable i32.add))
;; REJECT 0x1b func 0 i32.add: type mismatch: expected i32, found i64
(module (func (result i32) unreachable i64.const 1 i32.add))
;; ACCEPT
(module (func (result i64) unreachable select))
;; REJECT 0x1b func 0 end: type mismatch: values left on the stack at the end of the block: 2
(module (func unreachable select i32.const 1))
;; REJECT 0x1a func 0 local.get: unknown local 1
(module (func (param i64) local.get 0 local.get 1 drop drop))
;; REJECT 0x1a func 0 local.set: type mismatch: expected i64, found i32
(module (func (param i64) i32.const 1 local.set 0))
;; REJECT 0x1b func 0 local.tee: type mismatch: expected i32, found i64
(module (func (local i32) i64.const 1 local.tee 0 drop))
