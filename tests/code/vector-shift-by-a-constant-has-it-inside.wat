;; CODE: ^psrld xmm[0-9]+,0x3$
;; CODE: ^psllw xmm[0-9]+,0x5$
;; CODE: ^pand
;; CODE: ^psrlq xmm[0-9]+,0x9$
;; NOT: ^movd
;; NOT: punpck
(module
  (func (param v128) (result v128) (i32x4.shr_u (local.get 0) (i32.const 35)))
  (func (param v128) (result v128) (i8x16.shl (local.get 0) (i32.const 5)))
  (func (param v128) (result v128) (i64x2.shr_s (local.get 0) (i32.const 9))))
