;; Everything is loaded before anything is stored; the last bytes are stored first, so that a trap comes before any.
;; OPT: bulk
;; CODE: ^mov r[a-z0-9]+,QWORD PTR \[r14\+rdx\*1\]$
;; CODE: ^mov r[a-z0-9]+,QWORD PTR \[r14\+rdx\*1\+0x8\]$
;; CODE: ^mov r[a-z0-9]+,QWORD PTR \[r14\+rdx\*1\+0xa\]$
;; CODE: ^mov QWORD PTR \[r14\+rsi\*1\+0xa\]
;; CODE: ^mov QWORD PTR \[r14\+rsi\*1\+0x8\]
;; CODE: ^mov QWORD PTR \[r14\+rsi\*1\],
;; CODE: ^mov WORD PTR \[r14\+rsi\*1\+0x1\],0x505$
;; CODE: ^mov WORD PTR \[r14\+rsi\*1\],0x505$
(module (memory 1)
  (func (param i32 i32) (memory.copy (local.get 0) (local.get 1) (i32.const 18)))
  (func (param i32) (memory.fill (local.get 0) (i32.const 5) (i32.const 3))))
