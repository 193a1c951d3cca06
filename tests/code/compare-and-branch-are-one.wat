;; CODE: ^cmp esi,0x7
;; CODE: ^j(a|be)
;; NOT: ^set
(module (func (param i32) (result i32)
  (if (result i32) (i32.gt_u (local.get 0) (i32.const 7))
    (then (i32.mul (local.get 0) (local.get 0))) (else (i32.const 3)))))
