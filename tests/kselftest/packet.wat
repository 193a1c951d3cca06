;; SPDX-License-Identifier: GPL-2.0
;; One function for each thing to do with a packet, chosen by its byte 28 (IPv4 + UDP, payload first byte).
(module
  (import "kwasm_v1" "time_ns" (func $time_ns (param i32) (result i64)))
  (import "kwasm_v1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "kwasm_v1" "cpu_id" (func $cpu_id (result i32)))
  (import "kwasm_v1" "abort" (func $abort (param i32 i32)))
  (import "kwasm_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "len" (func $len (result i32)))
  (import "kwasm_pkt_v1" "err" (func $err (result i32)))
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (import "kwasm_pkt_v1" "ld64be" (func $ld64be (param i32) (result i64)))
  (import "kwasm_pkt_v1" "ld32be_or" (func $ld32be_or (param i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "load" (func $load (param i32 i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "store" (func $store (param i32 i32 i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "st8" (func $st8 (param i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "st16be" (func $st16be (param i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "st32be" (func $st32be (param i32 i32) (result i32)))
  (import "kwasm_pkt_v1" "set_mark" (func $set_mark (param i32) (result i32)))
  (import "kwasm_pkt_v1" "field" (func $field (param i32) (result i64)))
  (memory (export "memory") 1 2)
  (data (i32.const 16) "a line of text")
  (func $case (param $n i32) (result i32)
    (block $default (block $9 (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
      (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 $9 $default (local.get $n)))
      ;; 0: the length is what the packet has
      (return (i32.eq (call $len) (i32.const 64))))
      ;; 1: loads at both ends, in network order
      (return (i32.and
        (i64.eq (call $ld64be (i32.const 56)) (i64.const 0x38393a3b3c3d3e3f))
        (i32.eq (call $ld32be_or (i32.const 61) (i32.const 77)) (i32.const 77)))))
      ;; 2: a load past the end, asked about
      (drop (call $ld8 (i32.const 64)))
      (return (i32.and (call $err) (i32.eqz (call $err)))))
      ;; 3: a load past the end, not asked about
      (drop (call $ld8 (i32.const 0xffffffff)))
      (return (i32.const 1)))
      ;; 4: bulk copy in and out
      (if (call $load (i32.const 60) (i32.const 100) (i32.const 4)) (then (return (i32.const 0))))
      (if (i32.ne (i32.load (i32.const 100)) (i32.const 0x3f3e3d3c)) (then (return (i32.const 0))))
      (if (i32.ne (call $load (i32.const 61) (i32.const 100) (i32.const 4)) (i32.const -14)) (then (return (i32.const 0))))
      (return (i32.eqz (call $store (i32.const 40) (i32.const 16) (i32.const 14) (i32.const 0)))))
      ;; 5: stores, and those that are refused: version, total length, beyond the end
      (if (call $st8 (i32.const 30) (i32.const 0xab)) (then (return (i32.const 0))))
      (if (call $st16be (i32.const 32) (i32.const 0x1234)) (then (return (i32.const 0))))
      (if (call $st32be (i32.const 34) (i32.const 0xdeadbeef)) (then (return (i32.const 0))))
      (if (i32.ne (call $st8 (i32.const 0) (i32.const 0x4f)) (i32.const -1)) (then (return (i32.const 0))))
      (if (i32.ne (call $st16be (i32.const 2) (i32.const 0xffff)) (i32.const -1)) (then (return (i32.const 0))))
      (return (i32.eq (call $st32be (i32.const 61) (i32.const 0)) (i32.const -14))))
      ;; 6: mark and fields
      (drop (call $set_mark (i32.const 0x77)))
      (return (i32.and (i64.eq (call $field (i32.const 3)) (i64.const 0x77))
                       (i64.eq (call $field (i32.const 0)) (i64.const 0x0800)))))
      ;; 7: a pointer outside memory
      (return (call $random_get (i32.const 65530) (i32.const 8))))
      ;; 8: clocks run, random bytes come, the log takes a line
      (if (i64.eqz (call $time_ns (i32.const 0))) (then (return (i32.const 0))))
      (if (call $random_get (i32.const 200) (i32.const 64)) (then (return (i32.const 0))))
      (if (i64.eqz (i64.or (i64.load (i32.const 200)) (i64.load (i32.const 208)))) (then (return (i32.const 0))))
      (return (i32.eqz (call $log (i32.const 6) (i32.const 16) (i32.const 14)))))
      ;; 9: the guest gives up
      (call $abort (i32.const 16) (i32.const 14)))
    (i32.const 0))
  (func (export "netfilter/ip/input") (result i32)
    (call $case (call $ld8 (i32.const 28)))))
