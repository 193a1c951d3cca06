;; CODE: ^bt 
;; NOT: ^jmp r
(module (func (param i32) (result i32)
  (block (block (br_table 0 1 0 1 1 0 1 0 1 (local.get 0))) (return (i32.const 7)))
  (i32.const 9)))
