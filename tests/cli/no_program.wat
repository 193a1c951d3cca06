;; Valid, but nothing to attach.
(module (func (export "helper") (result i32) i32.const 1))
