;; A counter that stops at a constant stays below it, whichever way the loop asks.
;; OPT: range
;; CODE: ^mov BYTE PTR \[r14\+r[a-z0-9]+\*1\+0x1000\],0x1$
;; CODE: ^mov BYTE PTR \[r14\+r[a-z0-9]+\*1\+0x1000\],0x2$
;; CODE: ^mov BYTE PTR \[r14\+r[a-z0-9]+\*1\+0x1000\],0x3$
;; CODE: ^mov BYTE PTR \[r14\+r[a-z0-9]+\*1\+0x1000\],0x4$
(module (memory 1)
  (func (local i32)
    (loop
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 1))
      (br_if 0 (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 2))) (i32.const 100)))))
  (func (local i32)
    (local.set 0 (i32.const 100))
    (loop
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 2))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (local i32)
    (loop
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 3))
      (br_if 0 (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 7))) (i32.const 100)))))
  (func (param i32) (local i32)
    (block
      (loop
        (br_if 1 (i32.gt_u (local.get 1) (i32.const 65535)))
        (i32.store8 (i32.add (local.get 1) (i32.const 4096)) (i32.const 4))
        (local.set 1 (i32.add (local.get 1) (local.get 0)))
        (br_if 0 (i32.lt_u (local.get 1) (i32.const 65536)))))))
