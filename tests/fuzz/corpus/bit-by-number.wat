;; The bit a shift says, its number beyond the width, of constants and of values, asked for and its absence.
(module
  (func $i32 (param $x i32) (param $n i32) (result i32)
    (i32.or
      (i32.or
        (if (result i32) (i32.and (i32.shr_u (local.get $x) (local.get $n)) (i32.const 1)) (then (i32.const 1)) (else (i32.const 2)))
        (select (i32.const 4) (i32.const 8) (i32.and (i32.shl (i32.const 1) (local.get $n)) (i32.const 0x800013))))
      (i32.or
        (i32.shl (i32.eqz (i32.and (i32.shl (i32.const 1) (local.get $n)) (local.get $x))) (i32.const 4))
        (i32.shl (i32.ne (i32.and (local.get $x) (i32.shl (i32.const 1) (local.get $n))) (i32.const 0)) (i32.const 5)))))
  (func $i64 (param $x i64) (param $n i64) (result i32)
    (i32.or
      (if (result i32) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (local.get $n))) (i32.const 1)) (then (i32.const 1)) (else (i32.const 2)))
      (i32.or
        (i32.shl (i64.eqz (i64.and (i64.shl (i64.const 1) (local.get $n)) (i64.const 0x8000000000000001))) (i32.const 4))
        (i32.shl (i64.ne (i64.and (i64.shr_u (local.get $x) (local.get $n)) (i64.const 1)) (i64.const 0)) (i32.const 5)))))
  (func (export "f") (param $x i32) (param $y i64) (result i32)
    (local $n i32) (local $sum i32)
    (loop $more
      (local.set $sum
        (i32.add (i32.mul (local.get $sum) (i32.const 3))
          (i32.add (call $i32 (local.get $x) (local.get $n))
            (call $i64 (local.get $y) (i64.sub (i64.extend_i32_u (local.get $n)) (i64.const 70))))))
      (br_if $more (i32.ne (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 140))))
    (local.get $sum)))
