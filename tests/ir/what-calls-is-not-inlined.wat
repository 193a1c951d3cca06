;; IR: call.i32
;; IR: call.i32
;; IR: call.i32
;; Large ones neither: $large is called.
;; IR: call.i32
(module
  (type $t (func (param i32) (result i32)))
  (table 1 funcref)
  (func $a (param i32) (result i32) (call $b (local.get 0)))
  (func $b (param i32) (result i32) (call $a (i32.clz (local.get 0))))
  (func $c (param i32) (result i32) (call $a (local.get 0)))
  (func $large (param i32) (result i32)
    (i32.mul (i32.mul (i32.mul (i32.mul (i32.mul (i32.mul (i32.mul (i32.mul (i32.mul (i32.mul
      (local.get 0) (local.get 0)) (i32.const 0x11111)) (local.get 0)) (i32.const 0x22222)) (local.get 0))
      (i32.const 0x33333)) (local.get 0)) (i32.const 0x44444)) (local.get 0)) (i32.const 0x55555))
    (i32.const 0x66666) i32.mul (i32.const 0x77777) i32.mul (i32.const 0x88888) i32.mul)
  (func (param i32) (result i32) (call $large (local.get 0))))
