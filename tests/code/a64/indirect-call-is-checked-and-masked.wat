;; CODE: cmp w1, w[0-9]+
;; CODE: b\.hs
;; CODE: csel w[0-9]+, wzr, w1, hs
;; CODE: csdb
;; CODE: add x[0-9]+, x[0-9]+, x[0-9]+, lsl #5
;; CODE: cmp w[0-9]+, #1
;; CODE: b\.ne
;; CODE: blr x8
(module (table 4 funcref) (type $t (func (param i32) (result i32)))
  (func (param i32) (result i32) (call_indirect (type $t) (local.get 0) (local.get 0))))
