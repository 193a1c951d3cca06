;; XDP, tc and timer programs whose packet's byte 14 chooses what they do; tests/kselftest/test_run.c.
(module
  (import "kwasm_pkt_v1" "len" (func $len (result i32)))
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "ld16be" (func $ld16be (param i32) (result i32)))
  (import "kwasm_pkt_v1" "st8" (func $st8 (param i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "field" (func $field (param i32) (result i64)))
  (import "kwasm_pkt_v1" "adjust_head" (func $adjust_head (param i32) (result i32)))
  (import "kwasm_pkt_v1" "adjust_tail" (func $adjust_tail (param i32) (result i32)))
  (import "kwasm_pkt_v1" "redirect" (func $redirect (param i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "vlan_push" (func $vlan_push (param i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "set_mark" (func $set_mark (param i32) (result i32)))
  (global $calls (mut i32) (i32.const 0))

  ;; What XDP and tc have in common; $ok: the result that lets the packet go on.
  (func $what (param $ok i32) (result i32)
    (local $do i32)
    (local.set $do (call $ld8 (i32.const 14)))
    (if (i32.eq (local.get $do) (i32.const 1)) (then	;; 4 bytes more in front, 0xaa the first
      (if (call $adjust_head (i32.const -4)) (then (return (i32.const 77))))
      (drop (call $st8 (i32.const 0) (i32.const 0xaa)))))
    (if (i32.eq (local.get $do) (i32.const 2)) (then	;; 6 bytes more at the end
      (drop (call $adjust_tail (i32.const 6)))))
    (if (i32.eq (local.get $do) (i32.const 3)) (then	;; more than there is room for
      (drop (call $adjust_tail (i32.const 65535)))))
    (if (i32.eq (local.get $do) (i32.const 4)) (then	;; less than an Ethernet header
      (drop (call $adjust_tail (i32.sub (i32.const 13) (call $len))))))
    (if (i32.eq (local.get $do) (i32.const 5)) (then	;; to device 7
      (return (call $redirect (i32.const 7) (i32.const 0)))))
    (if (i32.eq (local.get $do) (i32.const 6)) (then	;; the same, and not after all
      (drop (call $redirect (i32.const 7) (i32.const 0)))))
    (if (i32.eq (local.get $do) (i32.const 7)) (then	;; in by loopback; IPv4
      (if (i64.ne (call $field (i32.const 0)) (i64.const 0x0800)) (then (return (i32.const 77))))
      (if (i64.ne (call $field (i32.const 7)) (i64.const 14)) (then (return (i32.const 77))))
      (if (i32.ne (call $ld16be (i32.const 12)) (i32.const 0x0800)) (then (return (i32.const 77))))))
    (if (i32.eq (local.get $do) (i32.const 8)) (then	;; no verdict
      (return (i32.const 77))))
    (if (i32.eq (local.get $do) (i32.const 9)) (then	;; 10 bytes less
      (drop (call $adjust_tail (i32.const -10)))))
    (local.get $ok))

  (func (export "xdp") (result i32) (call $what (i32.const 2)))
  (func (export "tc/ingress") (result i32)
    (if (i32.eq (call $ld8 (i32.const 14)) (i32.const 10)) (then
      (drop (call $set_mark (i32.const 0x77)))
      (drop (call $vlan_push (i32.const 0x8100) (i32.const 7)))
      (drop (call $vlan_push (i32.const 0x8100) (i32.const 9)))
      (return (i32.const -1))))
    (call $what (i32.const 0)))
  (func (export "tc/egress") (result i32)
    (if (i32.wrap_i64 (call $field (i32.const 1))) (then (return (i32.const 2))))	;; it came in by none
    (call $what (i32.const 0)))
  ;; 20, 21, ...; then more than a day, which is no answer.
  (func (export "timer/tick") (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (if (i32.gt_u (global.get $calls) (i32.const 500)) (then (return (i32.const 86400001))))
    (i32.const 20))
  (func (export "fs/notify") (result i32) (i32.const 0)))
