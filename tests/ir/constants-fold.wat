;; OPT: fold
;; IR: = const.i32 #4294967295
;; IR: ret
;; NOT: add
;; NOT: mul
(module (func (result i32)
  (i32.sub (i32.mul (i32.add (i32.const 2) (i32.const 3)) (i32.const 2)) (i32.const 11))))
