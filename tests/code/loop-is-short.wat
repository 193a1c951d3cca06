;; CODE: ^add [a-z0-9]+,DWORD PTR \[r14\+r[a-z0-9]+\*1\]
;; CODE: ^add [a-z0-9]+,0x4
;; CODE: ^(add|sub) [a-z0-9]+,
;; CODE: ^jne
;; NOT: ^test
(module (memory 1) (func (param i32 i32) (result i32) (local i32)
  (loop
    (local.set 2 (i32.add (local.get 2) (i32.load (local.get 0))))
    (local.set 0 (i32.add (local.get 0) (i32.const 4)))
    (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
  (local.get 2)))
