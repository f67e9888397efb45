// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays NVIDIA's vendor-specific VFIO on the SR-IOV functions of QEMU's NVMe controller: a controller is an L40S, each of its virtual functions
 * can be given a vGPU type by a number that is written to nvidia/current_vgpu_type. Sysfs, PCI, VFIO, locking and the parsing of numbers are the
 * kernel's own; only what NVIDIA's resource manager decides is decided here. Written from what NVIDIA's drivers do, for tests; it gives no VM a GPU.
 *
 * Facts: vgpu-vfio and os-hypervisor.c of NVIDIA's driver; with upstream=1, the nvidia-vgpu patches that were proposed for the kernel.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sysfs.h>
#include <linux/version.h>
#include <linux/vfio_pci_core.h>

static unsigned int functions = 8;
module_param(functions, uint, 0444);
MODULE_PARM_DESC(functions, "virtual functions of each GPU");

static bool upstream;
module_param(upstream, bool, 0444);
MODULE_PARM_DESC(upstream, "answer as the driver that was proposed for the kernel, not as NVIDIA's");

static unsigned int exit_ms;
module_param(exit_ms, uint, 0644);
MODULE_PARM_DESC(exit_ms, "how long something of a VM is left after it closed its device");

static unsigned int exit_timeout_ms = 5000;
module_param(exit_timeout_ms, uint, 0644);
MODULE_PARM_DESC(exit_timeout_ms, "how long a type's removal waits for that before it gives up");

struct vgpu_type {
	long id;
	const char *name;
	unsigned int gigabytes;
};

#define GPU_GIGABYTES	48
#define GPU_INSTANCES	32

#define TYPE(id, gigabytes, series)	{ id, "NVIDIA L40S-" #gigabytes series, gigabytes }

/* In the order of the list: by number. */
static const struct vgpu_type types[] = {
	TYPE(1145, 1, "B"), TYPE(1146, 2, "B"),
	TYPE(1147, 1, "Q"), TYPE(1148, 2, "Q"), TYPE(1149, 3, "Q"), TYPE(1150, 4, "Q"), TYPE(1151, 6, "Q"),
	TYPE(1152, 8, "Q"), TYPE(1153, 12, "Q"), TYPE(1154, 16, "Q"), TYPE(1155, 24, "Q"), TYPE(1156, 48, "Q"),
	TYPE(1157, 1, "A"), TYPE(1158, 2, "A"), TYPE(1159, 3, "A"), TYPE(1160, 4, "A"), TYPE(1161, 6, "A"),
	TYPE(1162, 8, "A"), TYPE(1163, 12, "A"), TYPE(1164, 16, "A"), TYPE(1165, 24, "A"), TYPE(1166, 48, "A"),
	TYPE(2164, 3, "B"),
};

struct function {
	struct vfio_pci_core_device core;	/* first: drvdata points to it */
	struct list_head entry;
	const struct vgpu_type *type;		/* NULL: none */
	unsigned int usage;
	bool leaving;				/* a VM has had it open */
	unsigned long closed;			/* since when it is not any more, in jiffies */
	long placement_id;
	char params[256];
};

/* The driver has one lock for its interface, and so has this. */
static DEFINE_MUTEX(lock);
static LIST_HEAD(all);

static struct function *of(struct device *dev)
{
	return container_of(dev_get_drvdata(dev), struct function, core);
}

static unsigned int max_instances(const struct vgpu_type *type)
{
	return min_t(unsigned int, GPU_GIGABYTES / type->gigabytes, GPU_INSTANCES);
}

/* What the function's GPU has: how many vGPUs, and one of them. */
static unsigned int made_beside(struct function *function, const struct vgpu_type **type)
{
	struct function *other;
	unsigned int made = 0;

	*type = NULL;
	list_for_each_entry(other, &all, entry) {
		if (other->type && pci_physfn(other->core.pdev) == pci_physfn(function->core.pdev)) {
			*type = other->type;
			made++;
		}
	}
	return made;
}

/* The errno of a type that cannot be made on a free function; 0 when it can. */
static int check(struct function *function, const struct vgpu_type *type)
{
	const struct vgpu_type *there;
	unsigned int made = made_beside(function, &there);

	if (!type)
		return upstream ? -ENODEV : -EIO;
	if (there && (upstream ? there != type : there->gigabytes != type->gigabytes))
		return upstream ? -EINVAL : -EIO;
	if (made >= max_instances(type))
		return upstream ? -ENOSPC : -EIO;
	return 0;
}

static ssize_t creatable_vgpu_types_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct function *function = of(dev);
	ssize_t size = 0;
	int i;

	if (!upstream)
		size += sysfs_emit_at(buf, size, "ID    : vGPU Name\n");
	mutex_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(types) && !function->type; i++) {
		if (!check(function, &types[i]))
			size += sysfs_emit_at(buf, size, "%-5ld : %s\n", types[i].id, types[i].name);
	}
	mutex_unlock(&lock);
	return size;
}
static DEVICE_ATTR_RO(creatable_vgpu_types);

static ssize_t current_vgpu_type_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct function *function = of(dev);
	long id;

	mutex_lock(&lock);
	id = function->type ? function->type->id : 0;
	mutex_unlock(&lock);
	return sysfs_emit(buf, "%ld\n", id);
}

static int make(struct function *function, long id)
{
	const struct vgpu_type *type = NULL;
	int i, ret;

	/* The same type once more is refused as well. */
	if (function->type)
		return -EPERM;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].id == id)
			type = &types[i];
	}
	ret = check(function, type);
	if (ret)
		return ret;
	function->type = type;
	function->placement_id = 0;
	return 0;
}

static int take_away(struct function *function)
{
	unsigned long limit = jiffies + msecs_to_jiffies(exit_timeout_ms);

	while (function->type && !function->usage && function->leaving &&
	       time_before(jiffies, function->closed + msecs_to_jiffies(READ_ONCE(exit_ms)))) {
		if (time_after(jiffies, limit))
			return -EBUSY;
		/* The driver's lock is free meanwhile. */
		mutex_unlock(&lock);
		msleep(10);
		mutex_lock(&lock);
	}
	if (function->usage)
		return upstream ? -EBUSY : -EPERM;
	if (!function->type)
		return upstream ? 0 : -EPERM;
	function->type = NULL;
	function->leaving = false;
	function->params[0] = '\0';
	return 0;
}

static ssize_t current_vgpu_type_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct function *function = of(dev);
	long id;
	int ret;

	ret = kstrtol(buf, 10, &id);
	if (ret)
		return ret;
	mutex_lock(&lock);
	if (upstream && function->usage)
		ret = -EBUSY;
	else
		ret = id ? make(function, id) : take_away(function);
	mutex_unlock(&lock);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(current_vgpu_type);

/* A GPU that is not divided (MIG) has the one instance 0, and nothing to choose. */
static ssize_t gpu_instance_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct function *function = of(dev);
	ssize_t ret;

	mutex_lock(&lock);
	ret = function->type ? sysfs_emit(buf, "0\n") : -ENXIO;
	mutex_unlock(&lock);
	return ret;
}

static ssize_t gpu_instance_id_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	return -EINVAL;
}
static DEVICE_ATTR_RW(gpu_instance_id);

static ssize_t placement_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct function *function = of(dev);
	ssize_t ret;

	mutex_lock(&lock);
	ret = function->type ? sysfs_emit(buf, "%ld\n", function->placement_id) : -ENXIO;
	mutex_unlock(&lock);
	return ret;
}

static ssize_t placement_id_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct function *function = of(dev);
	long id;
	int ret;

	ret = kstrtol(buf, 10, &id);
	if (ret)
		return ret;
	mutex_lock(&lock);
	if (function->type)
		function->placement_id = id;
	else
		ret = -ENXIO;
	mutex_unlock(&lock);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(placement_id);

static ssize_t vgpu_params_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct function *function = of(dev);
	ssize_t ret;

	mutex_lock(&lock);
	ret = sysfs_emit(buf, "%s\n", function->params);
	mutex_unlock(&lock);
	return ret;
}

static ssize_t vgpu_params_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct function *function = of(dev);
	size_t length = count && buf[count - 1] == '\n' ? count - 1 : count;

	if (length >= sizeof(function->params))
		return -EINVAL;
	mutex_lock(&lock);
	memcpy(function->params, buf, length);
	function->params[length] = '\0';
	mutex_unlock(&lock);
	return count;
}
static DEVICE_ATTR_RW(vgpu_params);

static ssize_t warm_update_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0\n");
}

static ssize_t warm_update_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	return -EINVAL;
}
static DEVICE_ATTR_RW(warm_update);

static struct attribute *attributes[] = {
	&dev_attr_creatable_vgpu_types.attr,
	&dev_attr_current_vgpu_type.attr,
	&dev_attr_gpu_instance_id.attr,
	&dev_attr_placement_id.attr,
	&dev_attr_vgpu_params.attr,
	&dev_attr_warm_update.attr,
	NULL
};

/* Older drivers, and the proposed one, have the first two only. */
static umode_t is_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	return upstream && n > 1 ? 0 : attr->mode;
}

static const struct attribute_group nvidia_group = {
	.name = "nvidia",
	.attrs = attributes,
	.is_visible = is_visible,
};

static int nvidia_open_device(struct vfio_device *vdev)
{
	struct function *function = container_of(vdev, struct function, core.vdev);
	int ret = -ENODEV;

	mutex_lock(&lock);
	if (function->type) {
		ret = vfio_pci_core_enable(&function->core);
		if (!ret) {
			vfio_pci_core_finish_enable(&function->core);
			function->usage++;
		}
	}
	mutex_unlock(&lock);
	return ret;
}

static void nvidia_close_device(struct vfio_device *vdev)
{
	struct function *function = container_of(vdev, struct function, core.vdev);

	vfio_pci_core_close_device(vdev);
	mutex_lock(&lock);
	function->usage--;
	function->leaving = true;
	function->closed = jiffies;
	mutex_unlock(&lock);
}

static const struct vfio_device_ops nvidia_ops = {
	.name = "nvidia-vfio-pci",
	.init = vfio_pci_core_init_dev,
	.release = vfio_pci_core_release_dev,
	.open_device = nvidia_open_device,
	.close_device = nvidia_close_device,
	.ioctl = vfio_pci_core_ioctl,
	.device_feature = vfio_pci_core_ioctl_feature,
	.read = vfio_pci_core_read,
	.write = vfio_pci_core_write,
	.mmap = vfio_pci_core_mmap,
	.request = vfio_pci_core_request,
	.match = vfio_pci_core_match,
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	.bind_iommufd = vfio_iommufd_physical_bind,
	.unbind_iommufd = vfio_iommufd_physical_unbind,
	.attach_ioas = vfio_iommufd_physical_attach_ioas,
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	.detach_ioas = vfio_iommufd_physical_detach_ioas,
#endif
};

static int probe_function(struct pci_dev *pdev)
{
	struct function *function;
	int ret;

	function = vfio_alloc_device(function, core.vdev, &pdev->dev, &nvidia_ops);
	if (IS_ERR(function))
		return PTR_ERR(function);
	dev_set_drvdata(&pdev->dev, &function->core);
	ret = vfio_pci_core_register_device(&function->core);
	if (ret)
		goto put;
	mutex_lock(&lock);
	list_add_tail(&function->entry, &all);
	mutex_unlock(&lock);
	ret = sysfs_create_group(&pdev->dev.kobj, &nvidia_group);
	if (ret)
		goto unregister;
	return 0;

unregister:
	mutex_lock(&lock);
	list_del(&function->entry);
	mutex_unlock(&lock);
	vfio_pci_core_unregister_device(&function->core);
put:
	vfio_put_device(&function->core.vdev);
	return ret;
}

/* A GPU has its functions as soon as it has its driver; NVIDIA's takes a script (sriov-manage) for it. */
static int nvidia_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (pdev->is_virtfn)
		return probe_function(pdev);
	if (!pci_sriov_get_totalvfs(pdev))
		return -ENODEV;
	return pci_enable_sriov(pdev, min_t(int, functions, pci_sriov_get_totalvfs(pdev)));
}

static void nvidia_remove(struct pci_dev *pdev)
{
	struct function *function;

	if (!pdev->is_virtfn) {
		pci_disable_sriov(pdev);
		return;
	}
	function = of(&pdev->dev);
	sysfs_remove_group(&pdev->dev.kobj, &nvidia_group);
	/* Waits for whoever has the device open. */
	vfio_pci_core_unregister_device(&function->core);
	mutex_lock(&lock);
	list_del(&function->entry);
	mutex_unlock(&lock);
	vfio_put_device(&function->core.vdev);
}

static const struct pci_device_id nvidia_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x0010) },
	{ }
};
MODULE_DEVICE_TABLE(pci, nvidia_ids);

static struct pci_driver nvidia_driver = {
	.name = "nvidia",
	.id_table = nvidia_ids,
	.probe = nvidia_probe,
	.remove = nvidia_remove,
	.driver_managed_dma = true,
};
module_pci_driver(nvidia_driver);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("NVIDIA's vendor-specific VFIO on the functions of QEMU's NVMe controller, for tests");
