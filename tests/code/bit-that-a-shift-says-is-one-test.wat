;; Each is a bt of registers, whose number is taken modulo the width as a shift's is.
;; CODE: ^bt e[a-z]+,e[a-z]+
;; CODE: ^j(ae|b)
;; CODE: ^bt r[a-z0-9]+,r[a-z0-9]+
;; CODE: ^set(ae|b)
;; CODE: ^mov (r|e)[a-z0-9]+,0x800013
;; CODE: ^bt [a-z0-9]+,[a-z0-9]+
;; CODE: ^cmov(ae|b)
;; CODE: ^bt r[a-z0-9]+,r[a-z0-9]+
;; CODE: ^j(ae|b)
;; NOT: ^(shr|shl) [a-z0-9]+,cl
;; NOT: ^bt .*PTR
(module
  (func (param i32 i32) (result i32)
    (if (i32.and (i32.shr_u (local.get 0) (local.get 1)) (i32.const 1)) (then (return (i32.const 7))))
    (i32.const 9))
  (func (param i64 i64) (result i32)
    (i64.eqz (i64.and (local.get 0) (i64.shl (i64.const 1) (local.get 1)))))
  (func (param i32 i32 i32) (result i32)
    (select (local.get 1) (local.get 2)
      (i32.and (i32.shl (i32.const 1) (local.get 0)) (i32.const 0x800013))))
  (func (param i64 i64) (result i32)
    (if (i32.and (i32.wrap_i64 (i64.shr_u (local.get 0) (local.get 1))) (i32.const 1)) (then (return (i32.const 7))))
    (i32.const 9)))
