;; SPDX-License-Identifier: GPL-2.0
;; A packet program that fills every xmm register and traps if one of them,
;; or rounding, is not what it must be.
(module
  (func $lanes (param $x v128) (param $n i32) (result i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (local $one v128)
    (local.set $one (v128.const i32x4 1 1 1 1))
    (local.set $a (i32x4.add (local.get $x) (local.get $one)))
    (local.set $b (i32x4.add (local.get $a) (local.get $one)))
    (local.set $c (i32x4.add (local.get $b) (local.get $one)))
    (local.set $d (i32x4.add (local.get $c) (local.get $one)))
    (local.set $e (i32x4.add (local.get $d) (local.get $one)))
    (local.set $f (i32x4.add (local.get $e) (local.get $one)))
    (local.set $g (i32x4.add (local.get $f) (local.get $one)))
    (local.set $h (i32x4.add (local.get $g) (local.get $one)))
    (loop $again
      (local.set $a (i32x4.add (local.get $a) (local.get $one)))
      (local.set $b (i32x4.add (local.get $b) (local.get $one)))
      (local.set $c (i32x4.add (local.get $c) (local.get $one)))
      (local.set $d (i32x4.add (local.get $d) (local.get $one)))
      (local.set $e (i32x4.add (local.get $e) (local.get $one)))
      (local.set $f (i32x4.add (local.get $f) (local.get $one)))
      (local.set $g (i32x4.add (local.get $g) (local.get $one)))
      (local.set $h (i32x4.add (local.get $h) (local.get $one)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    ;; Each has grown alike, so neighbours still differ by one.
    (i32x4.all_true (v128.and
      (v128.and (v128.and (i32x4.eq (i32x4.sub (local.get $b) (local.get $a)) (local.get $one))
                          (i32x4.eq (i32x4.sub (local.get $c) (local.get $b)) (local.get $one)))
                (v128.and (i32x4.eq (i32x4.sub (local.get $d) (local.get $c)) (local.get $one))
                          (i32x4.eq (i32x4.sub (local.get $e) (local.get $d)) (local.get $one))))
      (v128.and (v128.and (i32x4.eq (i32x4.sub (local.get $f) (local.get $e)) (local.get $one))
                          (i32x4.eq (i32x4.sub (local.get $g) (local.get $f)) (local.get $one)))
                (i32x4.eq (i32x4.sub (local.get $h) (local.get $g)) (local.get $one))))))

  ;; 1 + 1/2 + ... + 1/n
  (func $harmonic (export "harmonic") (param $n i32) (result f64)
    (local $s f64)
    (loop $again
      (local.set $s (f64.add (local.get $s) (f64.div (f64.const 1) (f64.convert_i32_u (local.get $n)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))

  (func (export "lanes") (param i32) (result i32)
    (call $lanes (v128.const i32x4 1 2 3 4) (local.get 0)))

  (func (export "netfilter/ip/input") (result i32)
    (if (i32.eqz (call $lanes (v128.const i32x4 0x10 0x20 0x30 0x40) (i32.const 10)))
      (then unreachable))
    ;; To nearest: rounded towards zero, the sum ends in other bits.
    (if (i64.ne (i64.reinterpret_f64 (call $harmonic (i32.const 20))) (i64.const 0x400cc82bbab7a28b))
      (then unreachable))
    (i32.const 1)))
