;; The loop's branch looks at the zero flag of the sum and leaves its test out; the
;; comparison behind the loop looks at the carry, which the sum has set and a test clears.
(module
  (func (export "f") (param $n i32) (result i32)
    (local $i i32) (local $zero i32)
    (local.set $i (i32.const 7))
    (loop $more
      (br_if $more (local.tee $i (i32.add (local.get $i) (i32.const -1)))))
    (i32.popcnt (i32.gt_u (local.get $zero) (local.get $i)))))
