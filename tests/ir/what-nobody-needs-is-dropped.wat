;; OPT: dce
;; IR: ret v1
;; NOT: mul
(module (func (param i32 i32) (result i32)
  (drop (i32.mul (local.get 0) (local.get 1)))
  (local.get 0)))
