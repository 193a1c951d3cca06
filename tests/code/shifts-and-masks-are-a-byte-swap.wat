;; CODE: ^bswap
;; NOT: ^(shl|shr|and|or)
(module (func (param i32) (result i32)
  (i32.or
    (i32.or (i32.shl (local.get 0) (i32.const 24))
            (i32.and (i32.shl (local.get 0) (i32.const 8)) (i32.const 0xff0000)))
    (i32.or (i32.and (i32.shr_u (local.get 0) (i32.const 8)) (i32.const 0xff00))
            (i32.shr_u (local.get 0) (i32.const 24))))))
