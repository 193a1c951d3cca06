;; OPTIONS: check
;; IR: clamp
;; IR: #65533 !1
;; IR: clamp
;; IR: #32766 !1
(module (memory 1) (func (param i32) (result i32)
  (i32.add
    (i32.load offset=0xfffd (i32.and (local.get 0) (i32.const 0)))
    (i32.load offset=0x7ffe (i32.and (local.get 0) (i32.const 0x7fff))))))
