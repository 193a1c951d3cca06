;; x << 2 drops upper bits in 32-bit arithmetic; its constant stays outside of the address too.
;; IR: = shl.i32
;; IR: = add.i32
;; IR: = load.i32
(module (memory 1) (func (param i32) (result i32)
  (i32.load (i32.add (i32.shl (local.get 0) (i32.const 2)) (i32.const 16)))))
