;; OPTIONS: host
;; OPT: fold
;; Constants are swapped, not what is loaded: a type of Ethernet, and an offset of a fragment with two bytes behind it.
;; CODE: ^cmp WORD PTR \[r..\+0xc\],0x8
;; CODE: ^test DWORD PTR \[r..\+0x14\],0xff1f
;; NOT: (rol|bswap)
(module
  (import "kwasm_pkt_v1" "len" (func $len (result i32)))
  (import "kwasm_pkt_v1" "ld16be" (func $ld16be (param i32) (result i32)))
  (func (export "xdp") (result i32)
    (if (i32.lt_u (call $len) (i32.const 34)) (then (return (i32.const 1))))
    (if (i32.ne (call $ld16be (i32.const 12)) (i32.const 0x800)) (then (return (i32.const 1))))
    (if (i32.and (call $ld16be (i32.const 20)) (i32.const 0x1fff)) (then (return (i32.const 1))))
    (i32.const 2)))
