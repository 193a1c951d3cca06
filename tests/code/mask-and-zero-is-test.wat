;; CODE: ^test esi,0x10
;; NOT: ^and
(module (func (param i32) (result i32)
  (select (i32.const 5) (local.get 0) (i32.eqz (i32.and (local.get 0) (i32.const 16))))))
