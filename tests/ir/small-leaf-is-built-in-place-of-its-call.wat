;; OPT: inline
;; Both returns lead behind the call, where their values meet.
;; IR: = clz.i32
;; IR: = phi.i32
;; IR: = ctz.i32
;; NOT: call
(module
  (func $leaf (param i32) (result i32) (local i32)
    (if (local.get 0) (then (return (i32.add (i32.clz (local.get 0)) (local.get 1)))))
    (i32.const 7))
  (func (param i32) (result i32)
    (i32.ctz (call $leaf (local.get 0)))))
