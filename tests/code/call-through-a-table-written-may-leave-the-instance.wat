;; CODE: ^jae
;; CODE: ^cmp DWORD PTR \[r..\+0x10\],0x
;; CODE: ^mov r14,QWORD PTR \[rdi\]
;; CODE: ^call rax
;; CODE: ^mov r14,QWORD PTR \[rdi\]
(module
  
  (memory 1)
  (type $t (func (param i32) (result i32)))
  (table 2 funcref)
  (elem (i32.const 0) $one $two)
  (func (param i32) (table.set 0 (local.get 0) (ref.null func)))
  (func $one (type $t) (i32.load (local.get 0)))
  (func $two (type $t) (i32.load offset=4 (local.get 0)))
  (func (export "f") (param i32) (result i32)
    (i32.add (call_indirect (type $t) (i32.const 8) (local.get 0)) (i32.const 1))))
