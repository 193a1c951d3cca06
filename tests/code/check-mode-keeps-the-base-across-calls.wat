;; OPTIONS: check
;; CODE: call
;; CODE: \[r14
;; NOT: ^mov r14
(module (memory 1)
  (func $grow (result i32) (memory.grow (i32.const 1)))
  (func (param i32) (result i32)
    (drop (call $grow))
    (drop (memory.grow (i32.const 1)))
    (i32.load (local.get 0))))
