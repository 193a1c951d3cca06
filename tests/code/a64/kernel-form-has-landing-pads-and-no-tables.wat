;; OPTIONS: kernel
;; CODE: bti c
;; NOT: br x
(module
  (func (param i32) (result i32)
    (block (block (block (block (block (block
      (br_table 0 1 2 3 4 5 (local.get 0)))
      (return (i32.const 11))) (return (i32.const 12))) (return (i32.const 23)))
      (return (i32.const 34))) (return (i32.const 45)))
    (i32.const 56)))
