;; OPTIONS: check
;; IR: = load.i32 v4 #1024
;; NOT: clamp
;; NOT: !1
;; OPT: inside
(module (memory 1) (func (param i32) (result i32)
  (i32.load offset=1024 (i32.and (local.get 0) (i32.const 0x7fff)))))
