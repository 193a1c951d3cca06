;; OPTIONS: check
;; IR: = clamp.i32 v1
;; IR: = add.i32 v1
;; IR: = clamp.i32
;; IR: ret
(module (memory 1) (func (param i32 i32) (result i32)
  (if (local.get 1) (then (i32.store8 offset=1 (local.get 0) (i32.const 0))))
  (i32.load8_u (i32.add (local.get 0) (i32.const 3)))))
