;; Six ways predict better as compares than as one indirect jump.
;; CODE: ^cmp
;; NOT: ^jmp r
(module
  (func (param i32) (result i32)
    (block (block (block (block (block (block
      (br_table 0 1 2 3 4 5 (local.get 0)))
      (return (i32.const 10))) (return (i32.const 21))) (return (i32.const 32)))
      (return (i32.const 43))) (return (i32.const 54)))
    (i32.const 65)))
