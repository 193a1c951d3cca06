;; x * 5 is lea [x + x*4]: the wrap may be taken in only once.
(module (memory (export "m") 1)
  (func (export "f0") (param i64) (result i32)
    (i32.mul (i32.wrap_i64 (i64.add (local.get 0) (i64.const 77))) (i32.const 5)))
  (func (export "f1") (param i64) (result i32)
    (i32.shl (i32.wrap_i64 (local.get 0)) (i32.const 1))))
