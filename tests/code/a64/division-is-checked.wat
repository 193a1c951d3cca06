;; Nothing traps by itself: zero and the one overflow are compared, the remainder cannot overflow.
;; CODE: cbz w2,
;; CODE: cmn w2, #1
;; CODE: ccmp w1, #1, #0, eq
;; CODE: b\.vs
;; CODE: sdiv w
;; CODE: cbz w2,
;; CODE: sdiv w16, w1, w2
;; CODE: msub w0, w16, w2, w1
(module
  (func (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32) (i32.rem_s (local.get 0) (local.get 1))))
