;; OPT: near
;; The access at p itself comes last.
;; CODE: ^movzx e[a-z]+,WORD PTR \[r14\+rsi\*1\]
;; CODE: ^rol [a-z]+,0x8
;; CODE: ^mov DWORD PTR \[r14\+rdx\*1\],0x1
;; CODE: ^mov DWORD PTR \[r14\+rdx\*1\+0xffef\],0x2
;; The lowest of several sums serves the others.
;; CODE: ^add ecx,0xfffffff8
;; CODE: ^movzx e[a-z0-9]+,BYTE PTR \[r14\+r[a-z0-9]+\*1\]
;; CODE: ^add e[a-z0-9]+,DWORD PTR \[r14\+r[a-z0-9]+\*1\+0x7\]
(module (memory 1)
  (func (param i32 i32 i32) (result i32)
    (i32.or (i32.load8_u (i32.add (local.get 0) (i32.const 1)))
            (i32.shl (i32.load8_u (local.get 0)) (i32.const 8)))
    (i32.store (local.get 1) (i32.const 1))
    (i32.store offset=15 (i32.add (local.get 1) (i32.const 0xffe0)) (i32.const 2))
    (i32.load8_u (i32.add (local.get 2) (i32.const -8)))
    (i32.add (i32.load (i32.add (local.get 2) (i32.const -1))))
    i32.add))
