;; IR: b0:
;; IR: ret
;; NOT: b1:
(module (func (param i32) (result i32)
  (block (return (local.get 0)))
  (loop (br 0))
  (unreachable)))
