;; OPTIONS: check
;; IR: v4 = memlimit.i64
;; IR: v5 = clamp.i32 v1 v4
;; IR: = load.i32 v5 #8 !1
;; IR: store v5
;; IR: = load.i32 v5 #16 !1
;; NOT: bounds
;; OPT: clamp
(module (memory 1) (func (param i32) (result i32)
  (local i32)
  (local.set 1 (i32.load offset=8 (local.get 0)))
  (i32.store (local.get 0) (local.get 1))
  (i32.load offset=16 (local.get 0))))
