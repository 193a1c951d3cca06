;; CODE: fmin d
;; CODE: fcvtzs w
;; CODE: frintn s
;; CODE: bit v[0-9]+.16b
;; CODE: fmov d[0-9]+, #1\.5
;; CODE: cnt v[0-9]+.8b
(module
  (func (param f64 f64) (result i32) (i32.trunc_sat_f64_s (f64.min (local.get 0) (local.get 1))))
  (func (param f32) (result f32) (f32.nearest (local.get 0)))
  (func (param f32 f32) (result f32) (f32.copysign (local.get 0) (local.get 1)))
  (func (result f64) (f64.const 1.5))
  (func (param i32) (result f64) (f64.convert_i32_u (i32.popcnt (local.get 0)))))
