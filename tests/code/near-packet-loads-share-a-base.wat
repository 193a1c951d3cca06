;; OPTIONS: host
;; OPT: packet
;; Each compares with the packet's length; a linear part that is too short costs one copy, and a mispredicted compare
;; with it reads zeros.
;; CODE: ^mov (e..),DWORD PTR \[r..\+0x40\]
;; CODE: ^mov (r..),QWORD PTR \[r..\+0x190\]
;; CODE: ^cmp .*,0x18
;; CODE: ^cmovae r..,r..
;; CODE: ^jb
;; CODE: ^cmp .*,0x18
;; CODE: ^j(b|ae)
;; CODE: ^movzx e..,BYTE PTR \[r..\+0x17\]
;; CODE: ^cmp .*,0xe
;; CODE: ^j(b|ae)
;; CODE: ^movzx e..,WORD PTR \[r..\+0xc\]
;; NOT: cmovge
(module
  (import "kwasm_pkt_v1" "len" (func $len (result i32)))
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "ld16" (func $ld16 (param i32) (result i32)))
  (func (export "xdp") (result i32)
    (i32.add (call $ld8 (i32.const 23)) (call $ld16 (i32.const 12)))))
