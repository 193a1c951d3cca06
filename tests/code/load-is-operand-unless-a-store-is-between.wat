;; CODE: ^mov (e[a-z]+|r[0-9]+d),DWORD PTR \[r14\+rsi\*1\]
;; CODE: ^mov DWORD PTR \[r14\+rdx\*1\]
;; NOT: ^(add|or|xor) [a-z0-9]+,DWORD PTR
(module (memory 1)
  (func (param i32 i32) (result i32) (local i32)
    (local.set 2 (i32.load (local.get 0)))
    (i32.store (local.get 1) (i32.const 1))
    (i32.xor (local.get 1) (local.get 2))))
