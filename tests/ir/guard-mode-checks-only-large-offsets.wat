;; IR: = load.i32 v1 #8 !1
;; IR: = bounds.i64
;; IR: = load.i32
(module (memory 1) (func (param i32) (result i32)
  (i32.add (i32.load offset=8 (local.get 0))
           (i32.load offset=0x4000000 (local.get 0)))))
