;; Uses floats.
(module
  (func $mean (result i32) f32.const 1 drop i32.const 1)
  (func (export "netfilter/inet/input") (result i32) call $mean))
