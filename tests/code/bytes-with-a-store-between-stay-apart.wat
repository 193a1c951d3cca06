;; CODE: BYTE PTR \[r14\+rsi\*1\]
;; CODE: ^mov BYTE PTR \[r14\+rdx\*1\]
;; CODE: BYTE PTR \[r14\+rsi\*1\+0x1\]
;; NOT: WORD PTR
(module (memory 1)
  (func (param i32 i32) (result i32) (local i32)
    (local.set 2 (i32.shl (i32.load8_u (local.get 0)) (i32.const 8)))
    (i32.store8 (local.get 1) (i32.const 1))
    (i32.or (local.get 2) (i32.load8_u offset=1 (local.get 0)))))
