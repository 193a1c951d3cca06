;; OPT: store
;; CODE: str x2, \[x27, w1, uxtw\]
;; NOT: ldr
(module (memory 1)
  (func (param i32 i64) (i64.store (local.get 0) (local.get 1))))
