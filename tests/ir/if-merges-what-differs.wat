;; Both arms write $x, one value each; $y is the same on both ways.
;; IR: br 
;; IR: = phi.i32
;; IR: ret
;; NOT: = phi.i32 #1
(module (func (param $c i32) (param $y i32) (result i32) (local $x i32)
  (if (local.get $c)
    (then (local.set $x (i32.const 5)) (local.set $y (local.get $y)))
    (else (local.set $x (i32.const 6))))
  (i32.add (local.get $x) (local.get $y))))
