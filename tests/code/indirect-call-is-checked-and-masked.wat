;; CODE: ^cmp [a-z0-9]+,DWORD PTR \[r[a-z0-9]+\+0x8\]
;; CODE: ^cmovae
;; CODE: ^shl r[a-z0-9]+,0x5
;; CODE: ^cmp DWORD PTR \[r[a-z0-9]+\+0x10\],
;; CODE: ^mov rax,QWORD PTR
;; CODE: ^call rax
(module (type $t (func (param i32) (result i32))) (table (export "t") 4 4 funcref)
  (func (param i32 i32) (result i32) (call_indirect (type $t) (local.get 0) (local.get 1))))
