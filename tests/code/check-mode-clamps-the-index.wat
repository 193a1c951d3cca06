;; OPTIONS: check
;; CODE: ^cmp r[a-z0-9]+,QWORD PTR \[r14-0x200008\]
;; CODE: ^cmovae r[a-z0-9]+,QWORD PTR \[r14-0x200008\]
;; CODE: \[r14\+r[a-z0-9]+\*1\+0x4\]
;; NOT: ^ja
;; OPT: clamp
(module (memory 1) (func (param i32) (result i32) (i32.load offset=4 (local.get 0))))
