;; IR: loop 1:
;; IR: cold:
;; IR: trap
(module (func (param i32) (local i32)
  (loop
    (if (i32.gt_u (local.get 1) (i32.const 100)) (then (unreachable)))
    (local.set 1 (i32.add (local.get 1) (local.get 0)))
    (br_if 0 (local.get 1)))))
