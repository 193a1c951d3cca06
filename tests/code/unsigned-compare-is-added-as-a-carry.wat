;; CODE: ^cmp rsi,rdx
;; CODE: ^adc rcx,0x0
;; CODE: ^cmp rdx,rsi
;; CODE: ^sbb rcx,0x0
;; CODE: ^cmp rsi,rdx
;; CODE: ^sbb rcx,0xffffffffffffffff
;; CODE: ^cmp rdx,rsi
;; CODE: ^adc rcx,0xffffffffffffffff
;; NOT: ^set
(module
  (func (param i64 i64 i64) (result i64)
    (i64.add (local.get 2) (i64.extend_i32_u (i64.lt_u (local.get 0) (local.get 1)))))
  (func (param i64 i64 i64) (result i64)
    (i64.sub (local.get 2) (i64.extend_i32_u (i64.gt_u (local.get 0) (local.get 1)))))
  (func (param i64 i64 i64) (result i64)
    (i64.add (i64.extend_i32_u (i64.ge_u (local.get 0) (local.get 1))) (local.get 2)))
  (func (param i64 i64 i64) (result i64)
    (i64.sub (local.get 2) (i64.extend_i32_u (i64.le_u (local.get 0) (local.get 1))))))
