;; The loop writes $i and $sum, never $n: two phis.
;; IR: b1 loop 1:
;; IR: = phi.i32
;; IR: = phi.i32 #1
;; NOT: = phi.i32 #2
(module (func (param $n i32) (result i32) (local $i i32) (local $sum i32)
  (loop $l
    (local.set $sum (i32.add (local.get $sum) (local.get $i)))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $l (i32.lt_u (local.get $i) (local.get $n))))
  (local.get $sum)))
