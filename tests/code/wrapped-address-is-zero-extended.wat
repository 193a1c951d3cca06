;; CODE: ^mov (e[a-z]+|r[0-9]+d),(esi|edx)
;; CODE: \[r14\+r[a-z0-9]+\*1\]
;; NOT: \[r14\+rsi\*1\]
(module (memory 1)
  (func (param i64) (result i32) (i32.load (i32.wrap_i64 (local.get 0)))))
