;; OPT: offset
;; table[x & 63]: the sum cannot wrap, so 1024 becomes the offset.
;; IR: = and.i32
;; IR: = load.i32 v
;; NOT: = add.i32
(module (memory 1) (func (param i32) (result i32)
  (i32.load8_u (i32.add (i32.and (local.get 0) (i32.const 63)) (i32.const 1024)))))
