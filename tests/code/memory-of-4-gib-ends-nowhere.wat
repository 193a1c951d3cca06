;; Its last page is there: p = 0xffffffff can be accessed, and p + 1 is address 0.
;; CODE: BYTE PTR \[r14\+rsi\*1\]
;; CODE: BYTE PTR \[r14\+r[a-z0-9]+\*1\]
;; NOT: WORD PTR
;; NOT: \[r14\+.*0x1\]
(module (memory 65536)
  (func (param i32) (result i32)
    (i32.load8_u (local.get 0))
    (i32.add (i32.load8_u (i32.add (local.get 0) (i32.const 1))))))
