;; OPTIONS: host
;; OPT: packet
;; CODE: ^cmp .*,0x22
;; CODE: ^cmp .*,0xe
;; CODE: ^j(b|ae)
;; CODE: ^movzx e..,WORD PTR \[r..\+0xc\]
(module
  (import "kwasm_pkt_v1" "len" (func $len (result i32)))
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "ld16" (func $ld16 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "adjust_head" (func $head (param i32) (result i32)))
  (func (export "xdp") (result i32) (local i32)
    (local.set 0 (call $len))
    (drop (call $head (i32.const 30)))
    (if (i32.lt_u (local.get 0) (i32.const 34)) (then (return (i32.const 1))))
    (call $ld16 (i32.const 12))))
