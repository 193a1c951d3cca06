;; OPTIONS: check
;; IR: v5 = clamp.i32 v1
;; IR: = load.i32 v5 #1 !1
;; IR: = load.i32 v5 #4 !1
;; NOT: add
;; OPT: near
(module (memory 1) (func (param i32) (result i32)
  (local i32)
  (local.set 1 (i32.load8_u offset=1 (local.get 0)))
  (i32.xor (local.get 1) (i32.load8_u offset=1 (i32.add (local.get 0) (i32.const 3))))))
