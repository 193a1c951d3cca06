;; OPT: bytes
;; CODE: ^movzx e[a-z]+,WORD PTR \[r14\+rsi\*1\+0xc\]
;; CODE: ^rol [a-z]+,0x8
;; CODE: ^mov e[a-z]+,DWORD PTR \[r14\+rdx\*1\+0x4\]
;; CODE: ^bswap
;; NOT: BYTE PTR
(module (memory 1)
  (func (param i32 i32) (result i32)
    (i32.or (i32.shl (i32.load8_u offset=12 (local.get 0)) (i32.const 8)) (i32.load8_u offset=13 (local.get 0)))
    (i32.or
      (i32.or (i32.shl (i32.load8_u offset=4 (local.get 1)) (i32.const 24))
              (i32.shl (i32.load8_u offset=5 (local.get 1)) (i32.const 16)))
      (i32.or (i32.shl (i32.load8_u offset=6 (local.get 1)) (i32.const 8))
              (i32.load8_u offset=7 (local.get 1))))
    i32.add))
