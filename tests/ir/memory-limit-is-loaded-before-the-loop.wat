;; OPTIONS: check
;; IR: memlimit
;; IR: loop 1
;; IR: clamp
(module (memory 1) (func (param i32)
  (loop $l
    (i32.store8 (local.get 0) (i32.const 1))
    (br_if $l (local.tee 0 (i32.load (local.get 0)))))))
