;; CODE: ^mov QWORD PTR \[r15\],
;; CODE: ^mov QWORD PTR \[r15\+0x8\],
;; CODE: ^call
(module
  (func (param i32 i32 i32 i32 i32 i32 i32 i64) (result i64)
    (call 0 (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)
            (local.get 6) (local.get 7))))
