;; CODE: ^pshufb
;; CODE: ^pslld xmm[0-9]+,0x7
;; CODE: ^psrld xmm[0-9]+,0x19
;; CODE: ^por
;; CODE: ^ret
;; NOT: 0x18$
(module
  (func (param v128) (result v128)
    (v128.or (i32x4.shl (local.get 0) (i32.const 8)) (i32x4.shr_u (local.get 0) (i32.const 24))))
  (func (param v128) (result v128)
    (v128.or (i32x4.shl (local.get 0) (i32.const 7)) (i32x4.shr_u (local.get 0) (i32.const 25)))))
