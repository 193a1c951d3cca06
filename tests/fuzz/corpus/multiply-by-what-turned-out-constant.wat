;; A phi that is 0 on every way in becomes the constant after folding is over:
;; the multiplication then has constants on both sides.
(module (memory (export "m") 1)
  (func (export "f0") (result i32) (local i64)
    (loop (drop (local.tee 0 (local.get 0))))
    (if (i32.wrap_i64 (i64.mul (local.get 0) (i64.const 1122988019138692113)))
      (then (i32.store16 offset=31 (i32.const 1) (i32.const 1))))
    (i32.const 0)))
