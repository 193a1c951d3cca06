;; Two ports as one number, and one of them by itself: a load of four bytes and one of two.
;; OPT: bytes
;; CODE: mov e[a-z]+,DWORD PTR
;; CODE: bswap
;; NOT: BYTE PTR
;; NOT: shl
(module (memory 1)
  (func (param i32) (result i32) (local $port i32) (local $both i32)
    (local.set $port (i32.or (i32.shl (i32.load8_u offset=2 (local.get 0)) (i32.const 8))
                             (i32.load8_u offset=3 (local.get 0))))
    (local.set $both
      (i32.or (i32.or (i32.shl (i32.load8_u offset=1 (local.get 0)) (i32.const 16))
                      (i32.shl (i32.load8_u (local.get 0)) (i32.const 24)))
              (local.get $port)))
    (i32.add (i32.mul (local.get $both) (i32.const 0x9e3779b1)) (local.get $port))))
