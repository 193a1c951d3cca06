;; The sum on one way, the phi where the ways meet and that of the loop have one register: no moves.
;; CODE: ^cmp BYTE PTR
;; CODE: ^je
;; CODE: ^add [a-z0-9]+,0x1
;; CODE: ^add [a-z0-9]+,0x1
;; CODE: ^add [a-z0-9]+,0xffffffff
;; CODE: ^jne
;; NOT: ^lea
(module (memory 1) (func (param i32 i32) (result i32) (local $count i32)
  (loop
    (if (i32.load8_u (local.get 0))
      (then (local.set $count (i32.add (local.get $count) (i32.const 1)))))
    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
    (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
  (local.get $count)))
