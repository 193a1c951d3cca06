;; CODE: ubfx w[0-9]+, w1, #5, #7
;; CODE: ubfiz w[0-9]+, w1, #4, #8
;; CODE: sxtb w
;; CODE: ror w[0-9]+, w1, #29
;; CODE: rev w
(module
  (func (param i32) (result i32)
    (i32.and (i32.shr_u (local.get 0) (i32.const 5)) (i32.const 127)))
  (func (param i32) (result i32)
    (i32.shl (i32.and (local.get 0) (i32.const 255)) (i32.const 4)))
  (func (param i32) (result i32) (i32.extend8_s (local.get 0)))
  (func (param i32) (result i32) (i32.rotl (local.get 0) (i32.const 3)))
  (func (param i32) (result i32)
    (i32.or
      (i32.or (i32.shl (local.get 0) (i32.const 24))
              (i32.and (i32.shl (local.get 0) (i32.const 8)) (i32.const 0xff0000)))
      (i32.or (i32.and (i32.shr_u (local.get 0) (i32.const 8)) (i32.const 0xff00))
              (i32.shr_u (local.get 0) (i32.const 24))))))
