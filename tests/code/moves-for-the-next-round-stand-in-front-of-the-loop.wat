;; OPT: layout
;; One branch a round: what enters the loop jumps over the moves, the way back falls through them.
;; CODE: ^jmp
;; CODE: ^xchg
;; CODE: ^add
;; CODE: ^jne
;; CODE: ^ret
(module (func (export "fibonacci") (param $n i32) (result i32) (local $a i32) (local $b i32) (local $c i32)
  (local.set $b (i32.const 1))
  (loop
    (local.set $c (i32.add (local.get $a) (local.get $b)))
    (local.set $a (local.get $b))
    (local.set $b (local.get $c))
    (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (local.get $a)))
