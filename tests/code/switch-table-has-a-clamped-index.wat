;; CODE: ^cmovb ecx,esi
;; CODE: ^lea r[a-z0-9]+,\[rip\+
;; CODE: ^movsxd rcx,DWORD PTR \[r[a-z0-9]+\+rcx\*4\]
;; CODE: ^jmp rcx
(module (func (param i32) (result i32)
  (block (block (block (block (block (block (block (block
    (br_table 0 1 2 3 4 5 6 7 (local.get 0)))
    (return (i32.const 10))) (return (i32.const 21))) (return (i32.const 32)))
    (return (i32.const 43))) (return (i32.const 54))) (return (i32.const 65))) (return (i32.const 76)))
  (i32.const 87)))
