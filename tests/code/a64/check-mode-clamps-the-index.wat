;; The lower of index and limit, by data and not by a branch; csdb keeps the machine from guessing it.
;; The limit lies in front of the memory.
;; OPTIONS: check
;; CODE: sub x16, x27, #513, lsl #12
;; CODE: ldr x([0-9]+), \[x16, #4088\]
;; CODE: cmp x1, x[0-9]+
;; CODE: csel x[0-9]+, x[0-9]+, x1, hs
;; CODE: csdb
;; CODE: uxtw
;; CODE: ldr w
;; NOT: b\.
(module (memory 1) (func (param i32) (result i32) (i32.load offset=4 (local.get 0))))
