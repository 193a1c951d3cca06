;; CODE: ^imul
;; CODE: ^test
;; CODE: ^cmove (e..),
;; NOT: ^mov e..,edx
(module (func (param i32 i32) (result i32) (local i32)
  (local.set 2 (select (i32.mul (local.get 0) (local.get 0)) (local.get 1) (i32.and (local.get 0) (i32.const 1))))
  (i32.add (local.get 2) (local.get 1))))
