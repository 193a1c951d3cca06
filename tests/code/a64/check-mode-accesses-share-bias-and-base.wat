;; Sums with constants are clamped once, with a bias that is part of the shared address.
;; OPTIONS: check
;; CODE: csdb
;; CODE: add x([0-9]+), x27, w[0-9]+, uxtw
;; CODE: sub x[0-9]+, x[0-9]+, #256, lsl #12
;; CODE: ldrb w[0-9]+, \[x[0-9]+, #1\]
;; CODE: ldrb w[0-9]+, \[x[0-9]+, #5\]
;; NOT: \[x16, #[15]\]
(module (memory 1) (func (param i32) (result i32)
  (i32.add (i32.load8_u (i32.add (local.get 0) (i32.const 1)))
           (i32.load8_u (i32.add (local.get 0) (i32.const 5))))))
