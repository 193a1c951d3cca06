;; The native stack is never used, x18 and x29 are nobody's.
;; CODE: sub x28, x28, #32
;; CODE: tst x28, #0xff800
;; CODE: b\.eq
;; CODE: str x30, \[x28, #24\]
;; CODE: bl
;; CODE: ldr x30, \[x28, #24\]
;; CODE: add x28, x28, #32
;; CODE: ret
;; NOT: sp[],]|[xw](18|29)
(module (func $leaf) (func $f (call $leaf)) (func (call $f)))
