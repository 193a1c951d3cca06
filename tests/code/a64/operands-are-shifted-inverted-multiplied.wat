;; CODE: eor w[0-9]+, w1, w1, lsl #13
;; CODE: bic w[0-9]+, w1, w2
;; CODE: orn w[0-9]+, w1, w2
;; CODE: mvn w[0-9]+, w1
;; CODE: madd w[0-9]+, w1, w2, w1
;; CODE: msub w[0-9]+, w1, w2, w1
;; CODE: add w[0-9]+, w1, w1, lsl #3
;; CODE: add x[0-9]+, x1, w2, sxtw
;; CODE: neg w
(module
  (func (param i32) (result i32) (i32.xor (local.get 0) (i32.shl (local.get 0) (i32.const 13))))
  (func (param i32 i32) (result i32) (i32.and (local.get 0) (i32.xor (local.get 1) (i32.const -1))))
  (func (param i32 i32) (result i32) (i32.or (local.get 0) (i32.xor (local.get 1) (i32.const -1))))
  (func (param i32) (result i32) (i32.xor (local.get 0) (i32.const -1)))
  (func (param i32 i32) (result i32) (i32.add (local.get 0) (i32.mul (local.get 0) (local.get 1))))
  (func (param i32 i32) (result i32) (i32.sub (local.get 0) (i32.mul (local.get 0) (local.get 1))))
  (func (param i32) (result i32) (i32.mul (local.get 0) (i32.const 9)))
  (func (param i64 i32) (result i64) (i64.add (local.get 0) (i64.extend_i32_s (local.get 1))))
  (func (param i32) (result i32) (i32.sub (i32.const 0) (local.get 0))))
