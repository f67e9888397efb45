// The least that any program must ask of the kernel to know what our objects carry: no more system calls than these can
// be needed, and what else is done here is next to nothing. For every line "WORKLOAD [NAME]" on standard input the workload
// runs once and a line "nanoseconds objects" comes back. Usage: floor ROOT
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct entry { unsigned long ino; long off; unsigned short length; unsigned char kind; char name[]; };  // linux_dirent64
struct names { int count; char name[16384][128]; };

static int bus, class, functions;
static char scratch[8192];

static int open_directory(int at, const char *name) { return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

static void attribute(int at, const char *directory, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", directory, name);
    int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return;
    ssize_t length = read(fd, scratch, sizeof scratch - 1);
    if (length < 0)
        exit(3);
    scratch[length] = 0;
    close(fd);
}

static char *read_link(int at, const char *directory, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", directory, name);
    ssize_t length = readlinkat(at, path, scratch, sizeof scratch - 1);
    if (length < 0)
        return NULL;
    scratch[length] = 0;
    return scratch;
}

// The links and directories of a directory; of one that links are not wanted of, the directories.
static struct names *list(int directory, struct names *names, int links)
{
    static char buffer[32768];
    long length;
    names->count = 0;
    while ((length = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0)
        for (struct entry *e = (void *)buffer; (char *)e < buffer + length; e = (void *)((char *)e + e->length))
            if (e->name[0] != '.' && (e->kind == DT_DIR || (links && e->kind == DT_LNK)))
                strcpy(names->name[names->count++], e->name);
    return names;
}

// What a device itself must be asked: its group. Type and driver are the device's own to tell only where nothing else tells them of many.
static int devices_by_types(int parent, int types, struct names *ids)
{
    static struct names devices;
    int count = 0;
    for (int i = 0; i < ids->count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/devices", ids->name[i]);
        int directory = open_directory(types, path);
        list(directory, &devices, 1);
        close(directory);
        if (devices.count > 0)
            attribute(types, ids->name[i], "/device_api");
        if (count == 0 && devices.count > 0)
            read_link(parent, devices.name[0], "/driver");
        for (int d = 0; d < devices.count; d++)
            read_link(parent, devices.name[d], "/iommu_group");
        count += devices.count;
    }
    return count;
}

static int device(int parent, const char *uuid, char *last_type)
{
    const char *link = read_link(parent, uuid, "/mdev_type");
    if (!link)
        return 0;
    const char *type = strrchr(link, '/') + 1;
    if (strcmp(last_type, type) != 0) {
        char directory[512];
        strcpy(last_type, type);
        snprintf(directory, sizeof directory, "mdev_supported_types/%s", type);
        attribute(parent, directory, "/device_api");
    }
    read_link(parent, uuid, "/iommu_group");
    read_link(parent, uuid, "/driver");
    return 1;
}

// Whichever way needs less: see "Two ways to learn the types" in docs/decisions.md.
static int devices_of(int at, const char *link)
{
    static struct names children, ids;
    char last_type[128] = "";
    int count = 0, parent = open_directory(at, link);
    list(parent, &children, 0);
    int candidates = 0;
    for (int i = 0; i < children.count; i++)
        candidates += strlen(children.name[i]) == 36;
    if (candidates > 0)
        attribute(parent, "", "numa_node");
    int types = candidates > 1 ? open_directory(parent, "mdev_supported_types") : -1;
    if (types >= 0 && candidates > 2 * list(types, &ids, 0)->count)
        count = devices_by_types(parent, types, &ids);
    else
        for (int i = 0; i < children.count; i++)
            count += strlen(children.name[i]) == 36 ? device(parent, children.name[i], last_type) : 0;
    if (types >= 0)
        close(types);
    close(parent);
    return count;
}

static int device_on_bus(const char *uuid)
{
    char path[PATH_MAX], last_type[128] = "";
    snprintf(path, sizeof path, "%s", read_link(bus, "", uuid));
    *strrchr(path, '/') = 0;
    int parent = open_directory(bus, path);
    attribute(parent, "", "numa_node");
    int count = device(parent, uuid, last_type);
    close(parent);
    return count;
}

static int types_of(const char *name)
{
    static struct names ids;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", read_link(class, "", name));
    read_link(class, path, "/driver");
    strcat(path, "/mdev_supported_types");
    int types = open_directory(class, path);
    list(types, &ids, 0);
    for (int i = 0; i < ids.count; i++) {
        attribute(types, ids.name[i], "/name");
        attribute(types, ids.name[i], "/description");
        attribute(types, ids.name[i], "/device_api");
        attribute(types, ids.name[i], "/available_instances");
    }
    close(types);
    return ids.count;
}

// A function of the vendor-specific VFIO: its type tells whether there is a device, and its list, of which every line below the first is a type, what it
// could have.
static int function(const char *name, int types)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/nvidia/current_vgpu_type", name);
    int fd = openat(functions, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, scratch, sizeof scratch - 1);
    close(fd);
    scratch[length > 0 ? length : 0] = 0;
    int count = atoi(scratch) > 0;
    read_link(functions, "", name);
    read_link(functions, name, "/physfn");
    if (types) {
        scratch[0] = 0;
        attribute(functions, name, "/nvidia/creatable_vgpu_types");
        for (char *line = strchr(scratch, '\n'); line && line[1]; line = strchr(line + 1, '\n'))
            count++;
    } else if (count > 0) {
        read_link(functions, name, "/iommu_group");
        read_link(functions, name, "/driver");
        attribute(functions, name, "/numa_node");
    }
    return count;
}

static int run(const char *workload, const char *name)
{
    static struct names parents;
    int count = 0;
    if (strcmp(workload, "device") == 0)
        return device_on_bus(name);
    if (strcmp(workload, "children") == 0)
        return devices_of(class, read_link(class, "", name));
    list(class, &parents, 1);
    for (int i = 0; i < parents.count; i++)
        count += strcmp(workload, "types") == 0 ? types_of(parents.name[i]) : devices_of(class, read_link(class, "", parents.name[i]));
    list(functions, &parents, 1);
    for (int i = 0; i < parents.count; i++)
        count += function(parents.name[i], strcmp(workload, "types") == 0);
    return count;
}

int main(int argc, char **argv)
{
    char line[512], workload[64], name[256];
    if (argc != 2 || chdir(argv[1]) != 0)
        return 2;
    while (fgets(line, sizeof line, stdin)) {
        struct timespec start, end;
        sscanf(line, "%63s %255s", workload, name);
        clock_gettime(CLOCK_MONOTONIC, &start);
        bus = open_directory(AT_FDCWD, "sys/bus/mdev/devices");
        class = open_directory(AT_FDCWD, "sys/class/mdev_bus");
        functions = open_directory(AT_FDCWD, "sys/bus/pci/devices");
        int count = run(workload, name);
        close(bus);
        close(class);
        close(functions);
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%ld %d\n", (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec, count);
        fflush(stdout);
    }
}
