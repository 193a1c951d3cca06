;; The compare has no register operand at all.
(module (memory (export "m") 1)
  (func (export "f0") (result i32)
    (if (result i32) (i32.load8_u (i32.const 16))
      (then (i32.const 1)) (else (i32.const 2)))))
