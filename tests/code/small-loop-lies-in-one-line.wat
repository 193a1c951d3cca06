;; A loop of more than 32 bytes, behind 32 bytes and more: it begins in the first half of a 64-byte line.
;; OPT: start
;; CODE: ^jb 0x[0-9a-f]*[014589cd][0-9a-f]$
(module (memory 1)
  (func (param i32)
    (i32.store8 offset=1 (local.get 0) (i32.const 1))
    (i32.store8 offset=3 (local.get 0) (i32.const 1))
    (i32.store8 offset=5 (local.get 0) (i32.const 1))
    (i32.store8 offset=7 (local.get 0) (i32.const 1))
    (i32.store8 offset=9 (local.get 0) (i32.const 1))
    (i32.store8 offset=11 (local.get 0) (i32.const 1))
    (loop
      (i32.store8 (local.get 0) (i32.const 1))
      (i32.store8 offset=20 (local.get 0) (i32.const 2))
      (i32.store8 offset=40 (local.get 0) (i32.const 3))
      (i32.store8 offset=60 (local.get 0) (i32.const 4))
      (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 3))) (i32.const 60000))))))
