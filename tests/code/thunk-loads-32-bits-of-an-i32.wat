;; OPTIONS: thunk
;; CODE: ^mov rdx,QWORD PTR \[rsi\+0x20\]
;; CODE: ^mov rax,QWORD PTR \[rsi\]
;; CODE: ^mov esi,DWORD PTR \[rsi\+0x10\]
;; CODE: ^call rax
;; CODE: ^mov QWORD PTR \[rdi\+0x10\],rax
(module (func (param i32 i64) (result i32) (local.get 0)))
