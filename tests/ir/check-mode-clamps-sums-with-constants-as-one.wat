;; OPTIONS: check
;; IR: = add.i32 v1
;; IR: v8 = clamp.i32
;; IR: = load.i32 v8
;; IR: = load.i32 v8
;; IR: = load.i32 v8
;; OPT: offset
(module (memory 1) (func (param i32) (result i32)
  (i32.xor
    (i32.xor (i32.load (i32.add (local.get 0) (i32.const 4)))
             (i32.load (i32.add (local.get 0) (i32.const -8))))
    (i32.load (local.get 0)))))
