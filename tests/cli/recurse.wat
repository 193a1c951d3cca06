;; Calls itself for ever.
(module
  (func $down (result i32) call $down i32.const 1 i32.add)
  (func (export "netfilter/inet/input") (result i32) call $down))
