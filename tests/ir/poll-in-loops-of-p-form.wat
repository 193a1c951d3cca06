;; OPTIONS: p
;; IR: b0:
;; IR: poll
;; IR: loop 1:
;; IR: poll
(module (func (param i32) (local i32)
  (loop
    (local.set 1 (i32.add (local.get 1) (local.get 0)))
    (br_if 0 (local.get 1)))))
