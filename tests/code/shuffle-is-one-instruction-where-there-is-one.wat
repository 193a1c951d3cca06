;; CODE: ^pshufd xmm[0-9]+,xmm[0-9]+,0x39
;; CODE: ^punpcklwd xmm[0-9]+,xmm[0-9]+
;; CODE: ^palignr xmm[0-9]+,xmm[0-9]+,0x5
;; CODE: ^shufps xmm[0-9]+,xmm[0-9]+,0x1b
;; CODE: ^pblendw xmm[0-9]+,xmm[0-9]+,0xaa
;; NOT: ^pshufb
(module
  (func (param v128 v128) (result v128)
    (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128)
    (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128)
    (i8x16.shuffle 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128)
    (i8x16.shuffle 12 13 14 15 8 9 10 11 20 21 22 23 16 17 18 19 (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128)
    (i8x16.shuffle 16 17 2 3 20 21 6 7 24 25 10 11 28 29 14 15 (local.get 0) (local.get 1))))
