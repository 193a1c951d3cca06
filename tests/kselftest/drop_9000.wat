;; SPDX-License-Identifier: GPL-2.0
;; Drops UDP to port 9000; IPv4 without options is all these tests send.
(module
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "ld16be" (func $ld16be (param i32) (result i32)))
  (func (export "netfilter/ip/input") (export "netfilter/ip/output") (result i32)
    (i32.eqz
      (i32.and
        (i32.eq (call $ld8 (i32.const 9)) (i32.const 17))
        (i32.eq (call $ld16be (i32.const 22)) (i32.const 9000))))))
