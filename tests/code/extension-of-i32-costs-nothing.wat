;; CODE: ^lea rax,\[rsi\+rdx\*1\]|^add r(si|dx),r(si|dx)
;; NOT: ^mov e[a-z]+,e
(module
  (func (param i32 i64) (result i64) (i64.add (i64.extend_i32_u (local.get 0)) (local.get 1))))
