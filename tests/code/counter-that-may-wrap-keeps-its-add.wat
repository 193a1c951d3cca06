;; It steps over the limit; it starts behind it; another loop's way round does not ask; it is asked too late.
;; NOT: r14\+[a-z0-9*+]*\+0x1000
(module (memory 1)
  (func (local i32)
    (loop
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 1))
      (br_if 0 (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 3))) (i32.const 100)))))
  (func (local i32)
    (local.set 0 (i32.const 101))
    (loop
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 1))
      (br_if 0 (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100)))))
  (func (local i32)
    (loop
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 1))
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.and (local.get 0) (i32.const 64)))
      (br_if 0 (i32.ne (local.get 0) (i32.const 100)))))
  (func (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 0x10000000)))
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 1))
      (br_if 0 (i32.lt_u (local.get 0) (i32.const 0xf0000001)))))
  (func (local i32)
    (loop
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 1))
      (br_if 0 (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 0x7ffffff0))) (i32.const 100))))))
