;; CODE: ^pand
;; CODE: ^ret
;; CODE: ^pandn
;; NOT: ^por
(module
  (func (param v128 v128) (result v128)
    (v128.bitselect (local.get 0) (v128.const i64x2 0 0) (local.get 1)))
  (func (param v128 v128) (result v128)
    (v128.bitselect (v128.const i64x2 0 0) (local.get 0) (local.get 1))))
