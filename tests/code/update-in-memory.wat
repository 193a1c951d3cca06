;; CODE: ^add DWORD PTR \[r14\+rsi\*1\+0x4\],edx
;; CODE: ^or BYTE PTR \[r14\+rsi\*1\],0x40
(module (memory 1)
  (func (param i32 i32)
    (i32.store offset=4 (local.get 0) (i32.add (i32.load offset=4 (local.get 0)) (local.get 1)))
    (i32.store8 (local.get 0) (i32.or (i32.load8_u (local.get 0)) (i32.const 64)))))
