;; OPT: returns
;; IR: br v
;; IR: ret v
;; IR: ret v
;; NOT: = phi
;; NOT: jump
(module (func (param i32) (result i32)
  (block (result i32)
    (drop (br_if 0 (i32.const 2) (i32.clz (local.get 0))))
    (i32.ctz (local.get 0)))))
