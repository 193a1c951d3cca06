/* SPDX-License-Identifier: GPL-2.0 */
/* Everything that userspace can reach, as one part of the module: comes up last, goes down first. */
#ifndef KWASM_OBJECTS_H
#define KWASM_OBJECTS_H

int kwasm_objects_init(void);
void kwasm_objects_exit(void);

#endif /* KWASM_OBJECTS_H */
