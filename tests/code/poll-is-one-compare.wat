;; OPTIONS: p
;; CODE: ^cmp DWORD PTR \[r[a-z0-9]+\+0x8\],0x0
;; CODE: ^jne
;; CODE: ^cmp DWORD PTR \[r[a-z0-9]+\+0x8\],0x0
;; CODE: ^jne
(module (func (param i32)
  (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
