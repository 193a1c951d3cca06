;; A byte has no parts, and what is inside for certain does not fault.
;; OPTIONS: whole
;; CODE: ldr xzr, \[x27, w1, uxtw\]
;; CODE: str x2, \[x27, w1, uxtw\]
;; CODE: strb w2, \[x27, w1, uxtw\]
;; CODE: add x16, x27, w1, uxtw
;; CODE: ldr q30, \[x16, #16\]
;; CODE: str q[0-9]+, \[x16, #16\]
;; CODE: str w2, \[x27, #64\]
;; NOT: ldrb
;; NOT: ldr w
(module (memory 1)
  (func (param i32 i64) (i64.store (local.get 0) (local.get 1)))
  (func (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (param i32 v128) (v128.store offset=16 (local.get 0) (local.get 1)))
  (func (param i32 i32) (i32.store (i32.const 64) (local.get 1))))
