;; OPT: divide
;; CODE: ^(imul|mul|mulx)
;; NOT: ^i?div
(module (func (param i32 i32) (result i32)
  (i32.add (i32.div_u (local.get 0) (i32.const 7)) (i32.rem_s (local.get 1) (i32.const 10)))))
