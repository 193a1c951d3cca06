;; CODE: cmhi v[0-9]+.8h
;; CODE: umull2 v[0-9]+.4s
;; CODE: tbl v[0-9]+.16b, { v[0-9]+.16b }
;; CODE: sqrdmulh v[0-9]+.8h
;; CODE: fcvtzu v[0-9]+.4s
;; CODE: sshr v[0-9]+.2d, v0.2d, #7
;; CODE: bsl v
(module
  (func (param v128 v128) (result v128) (i16x8.gt_u (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i32x4.extmul_high_i16x8_u (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i8x16.swizzle (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i16x8.q15mulr_sat_s (local.get 0) (local.get 1)))
  (func (param v128) (result v128) (i32x4.trunc_sat_f32x4_u (local.get 0)))
  (func (param v128) (result v128) (i64x2.shr_s (local.get 0) (i32.const 71)))
  (func (param v128 v128 v128) (result v128) (v128.bitselect (local.get 0) (local.get 1) (local.get 2))))
