;; CODE: ^mov eax,DWORD PTR \[r14\+rsi\*1\+0x10\]
;; CODE: ^add eax,DWORD PTR \[r14\+0x58\]
(module (memory 1)
  (func (param i32) (result i32)
    (i32.add (i32.load offset=16 (local.get 0)) (i32.load offset=8 (i32.const 80)))))
