/* One input through one reader: it must end in a problem or in a message, never in a crash; and what our
 * writers make of the problem must read back as the same one.
 */
#ifndef QB_TESTS_FUZZ_READER_H
#define QB_TESTS_FUZZ_READER_H

#include <stddef.h>
#include <stdint.h>

/* format NULL: recognised.  Aborts when a promise is broken. */
void qb_fuzz_reader(const char *format, const uint8_t *data, size_t size);

#endif
