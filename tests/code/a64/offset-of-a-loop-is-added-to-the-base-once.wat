;; In the loop each access is one instruction, shift and extension of the index included.
;; CODE: add x[0-9]+, x27, #1024
;; CODE: ldr w[0-9]+, \[x[0-9]+, w[0-9]+, uxtw #2\]
;; CODE: cbnz
;; NOT: x16
(module (memory 1)
  (func (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1)
        (i32.load offset=1024 (i32.shl (i32.and (i32.mul (local.get 0) (i32.const 5)) (i32.const 255)) (i32.const 2)))))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1)))
