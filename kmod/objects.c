// SPDX-License-Identifier: GPL-2.0
/* Registry, work queue, namespaces and device: up in this order, down in reverse. */
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "dev.h"
#include "link.h"
#include "object.h"
#include "objects.h"

struct workqueue_struct *kwasm_wq;

int kwasm_objects_init(void)
{
	int err;

	kwasm_registry_init();
	kwasm_wq = alloc_workqueue("kwasm", WQ_UNBOUND, 0);
	if (!kwasm_wq)
		return -ENOMEM;
	err = kwasm_nf_init();
	if (err)
		goto err_wq;
	err = kwasm_stub_init();
	if (err)
		goto err_nf;
	err = kwasm_dev_init();
	if (err)
		goto err_stub;
	return 0;

err_stub:
	kwasm_stub_exit();
err_nf:
	kwasm_nf_exit();
err_wq:
	destroy_workqueue(kwasm_wq);
	return err;
}

/* No descriptor and no pin is left, or the module could not go: see lifetime.rst. */
void kwasm_objects_exit(void)
{
	kwasm_dev_exit();
	kwasm_stub_exit();
	kwasm_nf_exit();
	kwasm_fs_exit();
	/* Programs whose grace period is not over, then the work that frees them. */
	rcu_barrier();
	destroy_workqueue(kwasm_wq);
	kwasm_registry_exit();
}
