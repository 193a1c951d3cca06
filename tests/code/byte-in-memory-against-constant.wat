;; CODE: ^cmp BYTE PTR \[r14\+rsi\*1\+0x3\],0x2f
(module (memory 1)
  (func (param i32) (result i32)
    (if (result i32) (i32.eq (i32.load8_u offset=3 (local.get 0)) (i32.const 47))
      (then (i32.const 1)) (else (local.get 0)))))
