;; OPTIONS: host
;; OPT: packet
;; The guest has looked for eight bytes behind an offset: of two loads behind it, one is used.
;; CODE: ^lea e..,\[r..\+0x16\]
;; CODE: ^j(b|a)
;; NOT: ^lea .*\+0xe\]
;; CODE: ^lea e..,\[r..\+0x10\]
;; CODE: ^cmovge
;; CODE: ^movzx eax,WORD PTR
;; CODE: ^ret
(module
  (import "kwasm_pkt_v1" "len" (func $len (result i32)))
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "ld16" (func $ld16 (param i32) (result i32)))
  (func (export "xdp") (param i32) (result i32) (local $l4 i32)
    (local.set $l4 (i32.and (local.get 0) (i32.const 60)))
    (if (i32.gt_u (i32.add (local.get $l4) (i32.const 22)) (call $len)) (then (return (i32.const 1))))
    (drop (call $ld16 (i32.add (local.get $l4) (i32.const 14))))
    (call $ld16 (i32.add (local.get $l4) (i32.const 16)))))
