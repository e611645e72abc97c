#define _GNU_SOURCE
#include "tests/kernels/reference.h"

#include "harness/base/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool shared_file(const char *name, char *path, size_t size)
{
    const char *root = getenv("QB_SHARED");
    if (root)
        snprintf(path, size, "%s/instances/%s", root, name);
    else
        snprintf(path, size, "%s/../shared/instances/%s", QB_SOURCE_ROOT, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "skipped: no %s\n", path);
        return false;
    }
    fclose(file);
    return true;
}

char *read_shared(const char *name)
{
    char path[4096], *text = NULL;
    size_t size;
    if (!shared_file(name, path, sizeof path))
        return NULL;
    cr_assert_eq(qb_file_read(path, SIZE_MAX, &text, &size, NULL), QB_OK);
    return text;
}

uint32_t read_list(const char *text, double *values, uint32_t room)
{
    uint32_t count = 0;
    const char *at = strchr(text, '[');
    while (at && *at != ']' && count < room) {
        char *end;
        values[count++] = strtod(at + 1, &end);
        at = end + strspn(end, " \n");
    }
    return count;
}

double number_after(const char *from, const char *key)
{
    const char *at = strstr(from, key);
    cr_assert(at, "no %s", key);
    return strtod(strchr(at, ':') + 1, NULL);
}
