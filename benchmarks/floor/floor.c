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
struct parent { char link[PATH_MAX]; int directory; int known_types; char types[64][128]; };

static int bus, class, parent_count;
static struct parent parents[4096];
static char scratch[8192];

static int open_directory(int at, const char *name) { return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

static void attribute(int at, const char *directory, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", directory, name);
    int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return;
    if (read(fd, scratch, sizeof scratch) < 0)
        exit(3);
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

// What all children of a parent have in common is read once: its NUMA node here, a type's device API below.
static struct parent *parent_at(int at, const char *link)
{
    for (int i = parent_count - 1; i >= 0; i--)
        if (strcmp(parents[i].link, link) == 0)
            return &parents[i];
    struct parent *p = &parents[parent_count++];
    strcpy(p->link, link);
    p->known_types = 0;
    p->directory = open_directory(at, link);
    attribute(p->directory, "", "numa_node");
    return p;
}

static int device(struct parent *p, const char *uuid)
{
    const char *link = read_link(p->directory, uuid, "/mdev_type");
    if (!link)
        return 0;
    const char *type = strrchr(link, '/') + 1;
    int i = 0;
    while (i < p->known_types && strcmp(p->types[i], type) != 0)
        i++;
    if (i == p->known_types) {
        char directory[PATH_MAX];
        strcpy(p->types[p->known_types++], type);
        snprintf(directory, sizeof directory, "mdev_supported_types/%s", type);
        attribute(p->directory, directory, "/device_api");
    }
    read_link(p->directory, uuid, "/iommu_group");
    read_link(p->directory, uuid, "/driver");
    return 1;
}

static int device_on_bus(const char *uuid)
{
    char *link = read_link(bus, "", uuid);
    if (!link)
        return 0;
    *strrchr(link, '/') = 0;
    return device(parent_at(bus, link), uuid);
}

static int for_each(int directory, int (*act)(struct parent *, const char *), struct parent *p)
{
    static __thread int depth;
    static char buffers[2][32768];
    char *buffer = buffers[depth++];
    int count = 0;
    long length;
    while ((length = syscall(SYS_getdents64, directory, buffer, 32768)) > 0)
        for (struct entry *e = (void *)buffer; (char *)e < buffer + length; e = (void *)((char *)e + e->length))
            if (e->name[0] != '.' && (e->kind == DT_LNK || e->kind == DT_DIR))
                count += act(p, e->name);
    depth--;
    return count;
}

static int bus_entry(struct parent *p, const char *name) { return device_on_bus(name); }

static int child(struct parent *p, const char *name) { return strlen(name) == 36 && read_link(bus, "", name) ? device(p, name) : 0; }

static int type(struct parent *types, const char *name)
{
    attribute(types->directory, name, "/name");
    attribute(types->directory, name, "/description");
    attribute(types->directory, name, "/device_api");
    attribute(types->directory, name, "/available_instances");
    return 1;
}

static int parent_types(struct parent *p, const char *name)
{
    char path[PATH_MAX];
    struct parent types;
    snprintf(path, sizeof path, "%s", read_link(class, "", name));
    read_link(class, path, "/driver");
    strcat(path, "/mdev_supported_types");
    types.directory = open_directory(class, path);
    int count = for_each(types.directory, type, &types);
    close(types.directory);
    return count;
}

static int run(const char *workload, const char *name)
{
    if (strcmp(workload, "devices") == 0)
        return for_each(bus, bus_entry, NULL);
    if (strcmp(workload, "types") == 0)
        return for_each(class, parent_types, NULL);
    if (strcmp(workload, "device") == 0)
        return device_on_bus(name);
    struct parent *p = parent_at(class, read_link(class, "", name));
    return for_each(p->directory, child, p);
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
        int count = run(workload, name);
        while (parent_count > 0)
            close(parents[--parent_count].directory);
        close(bus);
        close(class);
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%ld %d\n", (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec, count);
        fflush(stdout);
    }
}
