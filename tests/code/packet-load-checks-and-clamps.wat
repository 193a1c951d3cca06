;; OPTIONS: host
;; A load of the packet compares with the linear part and, where the branch was mispredicted, loads from its start.
;; CODE: ^mov edx,DWORD PTR \[rcx\+0x40\]
;; CODE: ^add rdx,0xfffffffffffffffe
;; CODE: ^cmp rdx,rsi
;; CODE: ^jl
;; CODE: ^mov ebx,0x0
;; CODE: ^cmovge ebx,esi
;; CODE: ^movzx eax,WORD PTR \[rcx\+rbx\*1\]
(module
  (import "kwasm_pkt_v1" "ld16" (func $ld16 (param i32) (result i32)))
  (func (export "xdp") (param i32) (result i32) (call $ld16 (local.get 0))))
