;; CODE: ^test
;; CODE: ^je
;; CODE: ^cmp [a-z0-9]+,0xffffffff
;; CODE: ^jo
;; CODE: ^cdq
;; CODE: ^idiv
(module (func (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))
