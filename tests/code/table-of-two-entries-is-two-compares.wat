;; With the value itself, not what a first entry was taken off.
;; CODE: ^cmp esi,0x6
;; CODE: ^j
;; CODE: ^cmp esi,0x11
;; CODE: ^j
;; NOT: (^bt|^lea)
(module (memory 1) (func (param i32) (result i32)
  (block (block (br_table 0 1 1 1 1 1 1 1 1 1 1 0 1 (i32.add (local.get 0) (i32.const -6))))
    (return (i32.load (i32.const 0))))
  (i32.load (i32.const 4))))
