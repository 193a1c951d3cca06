;; Base and index are added once; after a call the sum is made again.
;; CODE: add x([0-9]+), x27, w1, uxtw
;; CODE: ldr w[0-9]+, \[x[0-9]+, #8\]
;; CODE: ldr w[0-9]+, \[x[0-9]+, #4\]
;; CODE: bl
;; CODE: add x[0-9]+, x27, w[0-9]+, uxtw
;; CODE: str w[0-9]+, \[x[0-9]+, #12\]
;; NOT: x16
(module (memory 1)
  (func $leaf) (func $f (call $leaf))
  (func (param i32)
    (local i32)
    (local.set 1 (i32.add (i32.load offset=8 (local.get 0)) (i32.load offset=4 (local.get 0))))
    (call $f)
    (i32.store offset=12 (local.get 0) (local.get 1))
    (i32.store offset=16 (local.get 0) (local.get 1))))
