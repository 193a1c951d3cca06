;; OPTIONS: host
;; OPT: packet
;; The packet has 34 bytes.
;; CODE: ^cmp .*,0x22
;; CODE: ^j(b|ae)
;; CODE: ^mov (e..),DWORD PTR \[r..\+0x40\]
;; CODE: ^mov (r..),QWORD PTR \[r..\+0x190\]
;; CODE: ^cmp .*,0x22
;; CODE: ^cmovae r..,r..
;; CODE: ^jb
;; CODE: ^movzx e..,WORD PTR \[r..\+0xc\]
;; CODE: ^movzx e..,BYTE PTR \[r..\+0x17\]
;; CODE: ^add
;; CODE: ^ret
(module
  (import "kwasm_pkt_v1" "len" (func $len (result i32)))
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "ld16" (func $ld16 (param i32) (result i32)))
  (func (export "xdp") (result i32)
    (if (i32.lt_u (call $len) (i32.const 34)) (then (return (i32.const 1))))
    (i32.add (call $ld16 (i32.const 12)) (call $ld8 (i32.const 23)))))
