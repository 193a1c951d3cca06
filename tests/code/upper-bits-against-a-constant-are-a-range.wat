;; OPT: fold
;; What is masked has another use, and needs no copy.
;; CODE: ^lea (e..),\[rsi-0x40\]
;; CODE: ^cmp e..,0x10
;; NOT: ^and .*0xfffffff0
(module (func (param i32) (result i32)
  (if (i32.ne (i32.and (local.get 0) (i32.const 0xfffffff0)) (i32.const 0x40)) (then (return (i32.const 1))))
  (i32.and (local.get 0) (i32.const 15))))
