;; CODE: ^sub r15,0x20
;; CODE: ^test r15d,0xff800
;; CODE: ^je
;; CODE: ^call
;; CODE: ^add r15,0x20
;; CODE: ^ret
(module (func (param i32) (result i32) (i32.add (call 0 (local.get 0)) (i32.const 1))))
