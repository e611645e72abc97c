#include "harness/base/status.h"

#include <stdarg.h>
#include <stdio.h>

const char *qb_status_text(qb_status status)
{
    switch (status) {
    case QB_OK:
        return "done";
    case QB_STOPPED:
        return "stopped by the budget";
    case QB_BAD_INPUT:
        return "bad input";
    case QB_REFUSED:
        return "refused";
    case QB_INFEASIBLE:
        return "infeasible";
    case QB_NO_MEMORY:
        return "out of memory";
    case QB_ENVIRONMENT:
        return "environment failed";
    case QB_INTERNAL:
        return "internal error";
    }
    return "unknown status";
}

qb_status qb_fail(qb_diag *diag, qb_status status, const char *format, ...)
{
    if (diag) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(diag->text, sizeof diag->text, format, arguments);
        va_end(arguments);
    }
    return status;
}
