;; OPT: inline
;; One call of itself, made one level down; without inlining none would be behind a second compare.
;; CODE: ^cmp esi,0x2
;; CODE: ^cmp [a-z0-9]+,0x2
;; CODE: ^call 0x0
(module
  (func $f (param i32) (result i32)
    (if (i32.lt_u (local.get 0) (i32.const 2)) (then (return (local.get 0))))
    (i32.mul (local.get 0) (call $f (i32.sub (local.get 0) (i32.const 1))))))
