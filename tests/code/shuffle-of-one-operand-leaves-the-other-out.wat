;; CODE: ^pshufb
;; NOT: ^por
;; NOT: ^psub
(module
  (func (param v128 v128) (result v128)
    (i8x16.shuffle 1 0 3 2 5 4 7 6 9 8 11 10 13 12 15 14
      (local.get 0) (i8x16.sub (local.get 1) (local.get 0)))))
