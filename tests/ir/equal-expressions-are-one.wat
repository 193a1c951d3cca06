;; OPT: gvn
;; IR: = add.i32 v1 v2
;; IR: = mul.i32 v4 v4
;; NOT: = shl
(module (func (param i32 i32) (result i32)
  (i32.mul (i32.add (local.get 0) (local.get 1)) (i32.add (local.get 0) (local.get 1)))))
