;; OPTIONS: host
;; C keeps rbx, rbp, r12 and r13 as it finds them: what lives over a call of the host needs no slot.
;; CODE: ^mov (rbx|rbp|ebx|ebp|r12|r12d|r13|r13d),
;; CODE: ^call
;; CODE: ^lea eax,\[(rbx|rbp|r12|r13)\+|^add eax,(ebx|ebp|r12d|r13d)
;; NOT: PTR \[r15
(module
  (import "kwasm_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (memory 1)
  (func (export "f") (param i32) (result i32)
    (i32.add (call $log (i32.const 6) (i32.const 0) (i32.const 4)) (local.get 0))))
