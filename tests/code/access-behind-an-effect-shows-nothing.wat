;; The store at p + 1 may wrap to address 0 and be seen there; only then does the load trap.
;; CODE: ^lea e[a-z0-9]+,\[rsi\+0x1\]
;; CODE: ^mov BYTE PTR \[r14\+r[a-z0-9]+\*1\],0x7
;; A whole page off: p may lie below the page that is never there, the sum beyond it.
;; CODE: ^lea e[a-z0-9]+,\[rdx\+0x10000\]
;; CODE: ^add e[a-z0-9]+,DWORD PTR \[r14\+r[a-z0-9]+\*1\]
;; Accessed on one way only.
;; CODE: ^lea e[a-z0-9]+,\[rcx\+0x4\]
;; CODE: ^movzx e[a-z0-9]+,BYTE PTR \[r14\+r[a-z0-9]+\*1\]
(module (memory 1)
  (func (param i32 i32 i32) (result i32)
    (i32.store8 (i32.add (local.get 0) (i32.const 1)) (i32.const 7))
    (i32.load (local.get 0))
    (i32.load (local.get 1))
    (i32.add (i32.load (i32.add (local.get 1) (i32.const 0x10000))))
    i32.add
    (if (i32.eqz (local.get 0)) (then (i32.store8 (local.get 2) (i32.const 1))))
    (i32.load8_u (i32.add (local.get 2) (i32.const 4)))
    i32.add))
