;; OPTIONS: host
;; The packet has 34 bytes: csel and csdb choose what is read, where the linear part may be too short.
;; CODE: ^cmp w[0-9]+, #34
;; CODE: ^b.(hs|lo)
;; CODE: ^cmp w[0-9]+, #34
;; CODE: ^csel x[0-9]+, x[0-9]+, x[0-9]+, hs
;; CODE: ^csdb
;; CODE: ^b.lo
;; CODE: ^ldrh w[0-9]+, \[x[0-9]+, #12\]
;; CODE: ^ldrb w[0-9]+, \[x[0-9]+, #23\]
(module
  (import "kwasm_pkt_v1" "len" (func $len (result i32)))
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "ld16" (func $ld16 (param i32) (result i32)))
  (func (export "xdp") (result i32)
    (if (i32.lt_u (call $len) (i32.const 34)) (then (return (i32.const 1))))
    (i32.add (call $ld16 (i32.const 12)) (call $ld8 (i32.const 23)))))
