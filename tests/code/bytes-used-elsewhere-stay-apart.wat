;; CODE: BYTE PTR
;; CODE: BYTE PTR
;; NOT: WORD PTR
(module (memory 1)
  (func (param i32) (result i32) (local i32)
    (local.set 1 (i32.shl (i32.load8_u (local.get 0)) (i32.const 8)))
    (i32.add (local.get 1)
      (i32.or (local.get 1) (i32.load8_u offset=1 (local.get 0))))))
