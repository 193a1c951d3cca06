;; CODE: ^lea r[a-z0-9]+,\[r[a-z0-9]+\+0x4\]
;; CODE: ^ja
;; CODE: ^mov e?[a-z0-9]+,0x0
;; CODE: ^cmova
;; CODE: \[r14\+r[a-z0-9]+\*1\]
(module (memory 1) (func (param i32) (result i32) (i32.load offset=0x4000000 (local.get 0))))
