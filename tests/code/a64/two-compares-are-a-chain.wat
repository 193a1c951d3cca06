;; CODE: cmp w1, #5
;; CODE: ccmp w2, #7, #[0-9]+, lt
;; CODE: b\.(gt|le)
;; CODE: cmp w1, w2
;; CODE: ccmn x3, #3, #4, ne
;; CODE: cset w0, eq
;; CODE: fcmp d0, d1
;; CODE: ccmp w1, w2, #[0-9]+, mi
;; CODE: csel
;; NOT: (and|orr|tst) w
(module
  (func (param i32 i32) (result i32)
    (if (result i32) (i32.and (i32.lt_s (local.get 0) (i32.const 5)) (i32.gt_s (local.get 1) (i32.const 7)))
      (then (i32.const 1)) (else (unreachable))))
  (func (param i32 i32 i64) (result i32)
    (i32.or (i32.eq (local.get 0) (local.get 1)) (i64.eq (local.get 2) (i64.const -3))))
  (func (param i32 i32 f64 f64) (result i32)
    (select (local.get 0) (local.get 1)
      (i32.and (i32.lt_u (local.get 0) (local.get 1)) (f64.lt (local.get 2) (local.get 3))))))
