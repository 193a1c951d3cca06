;; OPTIONS: p
;; CODE: ldr w16, \[x[0-9]+, #8\]
;; CODE: cbnz w16,
;; CODE: str x30, \[x28, #-16\]!
;; CODE: mov x17, x30
;; CODE: bl
;; CODE: ldr x30, \[x28\], #16
;; NOT: sub x28
(module (func (param i32) (result i32)
  (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 3))))) (local.get 0)))
