#include "harness/run/versions.h"

#include <hwloc.h>

void qb_run_versions(qb_text *out)
{
    unsigned api = hwloc_get_api_version();
    qb_text_appendf(out, "hwloc api %u.%u.%u\n", api >> 16, api >> 8 & 0xff, api & 0xff);
}
