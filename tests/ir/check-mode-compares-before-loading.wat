;; OPTIONS: check
;; IR: = hload.i64
;; IR: = bounds.i32 v1 v4 #12 !2
;; IR: = load.i32
(module (memory 1) (func (param i32) (result i32)
  (i32.load offset=8 (local.get 0))))
