;; An i32 index needs no instruction of its own, and its upper half cannot matter.
;; CODE: ldr w[0-9]+, \[x27, w1, uxtw\]
;; CODE: ldrb w[0-9]+, \[x27, w2, uxtw\]
;; CODE: ldr x[0-9]+, \[x27, w[0-9]+, uxtw #3\]
;; NOT: add x16
(module (memory 1)
  (func (param i32 i32) (result i64)
    (i64.add
      (i64.extend_i32_u (i32.add (i32.load (local.get 0)) (i32.load8_u (local.get 1))))
      (i64.load (i32.shl (i32.and (local.get 0) (i32.const 0xffff)) (i32.const 3))))))
