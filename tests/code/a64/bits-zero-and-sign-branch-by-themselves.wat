;; CODE: tb(n)?z w1, #3
;; CODE: cbn?z w1,
;; CODE: tbn?z x1, #63
;; NOT: (cmp|tst) [wx]1
(module (memory 1)
  (func (param i32) (if (i32.and (local.get 0) (i32.const 8)) (then (i32.store (i32.const 0) (local.get 0)))))
  (func (param i32) (if (local.get 0) (then (i32.store (i32.const 0) (local.get 0)))))
  (func (param i64) (if (i64.lt_s (local.get 0) (i64.const 0)) (then (i64.store (i32.const 0) (local.get 0))))))
