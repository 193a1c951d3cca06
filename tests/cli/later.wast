;; The second module, of a later version, is to write what the first is then asked for.
(module $a
  (global (export "g") (mut i32) (i32.const 0))
  (func (export "get") (result i32) (global.get 0)))
(register "a" $a)
(module
  (import "a" "g" (global $g (mut i32)))
  (func $later (return_call $later))
  (func $start (global.set $g (i32.const 1)))
  (start $start))
(assert_return (invoke $a "get") (i32.const 1))
