#include "tests/validation/checks.h"

#include <stdarg.h>
#include <stdio.h>

static int done, failed;

void check(bool right, const char *format, ...)
{
    va_list arguments;
    printf("%s  ", right ? "ok    " : "FAILED");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    done++;
    failed += !right;
}

int checks_end(void)
{
    printf("%d checks, %d failed\n", done, failed);
    return failed > 0 || done == 0;
}
