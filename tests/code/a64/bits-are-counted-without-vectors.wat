;; Code without floats must not touch vector registers.
;; CODE: and w16, w1, #0xaaaaaaaa
;; CODE: lsr w[0-9]+, w[0-9]+, #24
;; NOT: cnt|fmov|v[0-9]
(module (func (param i32) (result i32) (i32.popcnt (local.get 0))))
