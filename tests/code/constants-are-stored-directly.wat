;; CODE: ^mov DWORD PTR \[r14\+rsi\*1\],0x5
;; CODE: ^mov QWORD PTR \[r14\+rsi\*1\+0x8\],0xf+
;; CODE: ^mov WORD PTR \[r14\+rsi\*1\+0x10\],0xfffe
(module (memory 1)
  (func (param i32)
    (i32.store (local.get 0) (i32.const 5))
    (i64.store offset=8 (local.get 0) (i64.const -1))
    (i32.store16 offset=16 (local.get 0) (i32.const -2))))
