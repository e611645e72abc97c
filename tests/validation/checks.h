/* What the validation programs share: one line a check, counted. */
#ifndef QB_TESTS_VALIDATION_CHECKS_H
#define QB_TESTS_VALIDATION_CHECKS_H

#include <stdbool.h>

/* "ok" or "FAILED", then the figure that was measured. */
__attribute__((format(printf, 2, 3))) void check(bool right, const char *format, ...);

/* Says how many failed; the program's exit status. */
int checks_end(void);

#endif
