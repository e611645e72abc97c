/* Files of other people's values, for the tests of the QAOA kernels. */
#ifndef QB_TESTS_KERNELS_REFERENCE_H
#define QB_TESTS_KERNELS_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The path of a shared instance in `path` [size]; false, said out loud, where there is none. */
bool shared_file(const char *name, char *path, size_t size);

/* A shared file as text, unpacked where it is gzipped; freed with qb_free.  NULL, said out loud, without it.
 */
char *read_shared(const char *name);

/* The values [room] of the first "[a, b, ...]" in the text; returns how many. */
uint32_t read_list(const char *text, double *values, uint32_t room);

/* The number of the first `key` from there on: "key": number. */
double number_after(const char *from, const char *key);

#endif
