;; CODE: stp x[0-9]+, x[0-9]+, \[x28
;; CODE: bl
;; CODE: ldp x[0-9]+, x[0-9]+, \[x28
(module (func $leaf) (func $f (call $leaf))
  (func (param i64 i64 i64 i64) (result i64)
    (call $f)
    (i64.add (i64.add (local.get 0) (local.get 1)) (i64.mul (local.get 2) (local.get 3)))))
