;; CODE: ^test esi,esi
;; CODE: ^je
;; CODE: ^mov DWORD PTR \[r14\+rsi\*1\],esi
;; CODE: ^ret
;; CODE: ^ret
;; CODE: ^ret
(module (memory 1) (func (param i32) (result i32)
  (if (i32.eqz (local.get 0)) (then (return (i32.const 5))))
  (i32.store (local.get 0) (local.get 0))
  (if (result i32) (i32.load8_u (local.get 0)) (then (i32.const 1)) (else (i32.store (local.get 0) (i32.const 9)) (local.get 0)))))
