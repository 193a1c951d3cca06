;; OPTIONS: check
;; IR: memlimit
;; IR: loop 1
;; IR: call
;; IR: memlimit
;; IR: clamp
(module (import "m" "f" (func $f)) (memory 1)
  (func (param i32)
    (i32.store8 (local.get 0) (i32.const 1))
    (loop $l
      (call $f)
      (br_if $l (local.tee 0 (i32.load (local.get 0)))))))
