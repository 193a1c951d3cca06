;; CODE: ^movzx e?[a-z0-9]+,BYTE PTR \[r14\+rsi\*1\]
;; CODE: \[r14\+r[a-z0-9]+\*4\+0x400\]
;; CODE: ^shl e?[a-z0-9]+,0x2
;; CODE: \[r14\+r[a-z0-9]+\*1\]
(module (memory 1)
  (func (param i32 i32) (result i32)
    (i32.load offset=1024 (i32.shl (i32.load8_u (local.get 0)) (i32.const 2)))
    (i32.load (i32.shl (local.get 1) (i32.const 2)))
    i32.add))
