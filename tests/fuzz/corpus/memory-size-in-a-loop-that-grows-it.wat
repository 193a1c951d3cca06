;; The size that a loop reads is not the one from before it, if the loop grows the memory.
(module (memory (export "m") 1 3)
 (func (export "f") (local i32 i32 i32)
  (local.set 0 (i32.const 2))
  (loop
   (local.set 1 (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 21)))
   (local.set 2 (memory.grow (i32.const 1)))
   (i32.store8 offset=35 (local.get 1) (local.get 2))
   (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
