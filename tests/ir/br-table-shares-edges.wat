;; Seven entries, two labels: two edges.
;; IR: switch v1
;; IR: -> b
;; IR: -> b
;; IR: ret
(module (func (param i32) (result i32)
  (block $a (block $b
    (br_table $a $b $a $b $a $b $a (local.get 0)))
    (return (i32.const 1)))
  (i32.const 2)))
