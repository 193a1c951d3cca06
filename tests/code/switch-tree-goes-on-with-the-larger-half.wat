;; OPTIONS: kernel
;; One run below the middle: a branch to it, and the compares go on.
;; CODE: ^cmp esi,0x2
;; CODE: ^jb
;; CODE: ^cmp esi,0x4
;; CODE: ^jae
(module (memory 1) (func (param i32) (result i32)
  (block (block (block (br_table 0 0 1 1 2 (local.get 0)))
    (return (i32.load (i32.const 0)))) (return (i32.load (i32.const 4)))) (i32.load (i32.const 8))))
