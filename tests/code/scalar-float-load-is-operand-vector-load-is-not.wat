;; A 16-byte operand would have to be aligned, and would read past a float at the end of memory.
;; CODE: ^addsd xmm[0-9]+,QWORD PTR \[r14\+rsi\*1\]
;; CODE: ^mulss xmm[0-9]+,DWORD PTR \[r14\+rsi\*1\]
;; CODE: ^ucomisd xmm[0-9]+,QWORD PTR \[r14\+rsi\*1\+0x8\]
;; CODE: ^movups xmm[0-9]+,XMMWORD PTR \[r14\+rsi\*1\]
;; CODE: ^addps xmm[0-9]+,xmm[0-9]+
;; CODE: ^movss xmm[0-9]+,DWORD PTR \[r14\+rsi\*1\]
;; CODE: ^addps xmm[0-9]+,xmm[0-9]+
(module (memory 1)
  (func (param i32 f64) (result f64) (f64.add (local.get 1) (f64.load (local.get 0))))
  (func (param i32 f32) (result f32) (f32.mul (f32.load (local.get 0)) (local.get 1)))
  (func (param i32 f64) (result i32) (f64.gt (local.get 1) (f64.load offset=8 (local.get 0))))
  (func (param i32 v128) (result v128) (f32x4.add (local.get 1) (v128.load (local.get 0))))
  (func (param i32 v128) (result v128) (f32x4.add (local.get 1) (v128.load32_zero (local.get 0)))))
