;; OPT: flags
;; A sum below what was added has carried: the flags of the add say so.
;; CODE: ^add (r..),rdx
;; CODE: ^adc rcx,0x0
;; NOT: (^cmp|^set)
(module (func (param i64 i64 i64) (result i64) (local i64)
  (i64.add (local.get 2)
    (i64.extend_i32_u (i64.lt_u (local.tee 3 (i64.add (local.get 0) (local.get 1))) (local.get 1))))))
