;; CODE: ^ptest xmm([0-9]+),xmm
;; CODE: ^j(e|ne)
;; CODE: ^ptest xmm
;; CODE: ^j(e|ne)
;; NOT: ^set
(module
  (func (param v128) (result i32)
    (if (result i32) (v128.any_true (local.get 0)) (then (i32.const 11)) (else (i32.const 22))))
  (func (param v128) (result i32)
    (if (result i32) (i32.eqz (v128.any_true (local.get 0))) (then (i32.const 11)) (else (i32.const 22)))))
