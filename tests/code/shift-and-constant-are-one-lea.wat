;; CODE: lea eax,\[rsi\*4\+0x40000400\]
;; NOT: shl
;; NOT: add e
(module
  (func (param i32) (result i32)
    (i32.add (i32.shl (local.get 0) (i32.const 2)) (i32.const 0x40000400))))
