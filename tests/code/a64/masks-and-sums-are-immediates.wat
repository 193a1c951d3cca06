;; CODE: and w[0-9]+, w1, #0xff00ff
;; CODE: add w[0-9]+, w1, #291, lsl #12
;; CODE: sub x[0-9]+, x1, #4095
;; CODE: cmn w1, #5
;; NOT: movz|mov w[0-9]+, #(16711935|-5)
(module
  (func (param i32) (result i32) (i32.and (local.get 0) (i32.const 0xff00ff)))
  (func (param i32) (result i32) (i32.add (local.get 0) (i32.const 0x123000)))
  (func (param i64) (result i64) (i64.add (local.get 0) (i64.const -4095)))
  (func (param i32) (result i32) (i32.lt_s (local.get 0) (i32.const -5))))
