;; x + 1024 may wrap at 2^32: it must be computed in 32 bits.
;; IR: = add.i32
;; IR: = load.i32
(module (memory 1) (func (param i32) (result i32)
  (i32.load8_u (i32.add (local.get 0) (i32.const 1024)))))
