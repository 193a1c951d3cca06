;; Blocks, branches and calls.
;; REJECT 0x17 func 0 br: unknown label 1
(module (func br 1))
;; ACCEPT
(module (func br 0))
;; REJECT 0x1b func 0 br: type mismatch: expected i32, found i64
(module (func block (result i32) i64.const 1 br 0 end drop))
;; REJECT 0x1d func 0 end: type mismatch: if without else leaves its parameters, not its results
(module (func i32.const 1 if (result i32) i32.const 2 end drop))
;; REJECT 0x19 func 0 br: type mismatch: expected i32, found nothing
(module (func block (result i32) br 0 end drop))
;; REJECT 0x1e func 0 drop: type mismatch: expected a value, found nothing
(module (func i32.const 1 block i32.const 2 drop drop end))
;; ACCEPT
(module (func (result i32 i64) i32.const 1 i64.const 2 block (param i32 i64) (result i32 i64) end))
;; REJECT 0x24 func 0 block: type mismatch: expected i64, found i32
(module (func (result i32 i64) i64.const 2 i32.const 1 block (param i32 i64) (result i32 i64) end))
;; REJECT 0x1f func 0 br_table: type mismatch: labels of br_table take 0 and 1 values
(module (func block (result i32) block i32.const 0 i32.const 0 br_table 0 1 end i32.const 1 end drop))
;; ACCEPT
(module (func loop (result i32) i32.const 1 br 0 end drop))
;; REJECT 0x17 func 0 call: unknown function 1
(module (func call 1))
;; REJECT 0x21 func 1 call: type mismatch: expected i32, found i64
(module (func (param i32)) (func i64.const 1 call 0))
;; REJECT 0x19 func 0 call_indirect: unknown table 0
(module (func i32.const 0 call_indirect))
;; REJECT 0x1f func 0 call_indirect: type mismatch: expected i32, found i64
(module (table 1 funcref) (func i64.const 0 call_indirect))
;; REJECT 0x20 func 0 end: type mismatch: expected i32, found i64
(module (func (result i32) i32.const 1 return i64.const 2 drop i64.const 3))
;; REJECT 0x15: start function must have no parameters and no results
(module (func (param i32)) (start 0))
