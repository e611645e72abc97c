#include "harness/store/versions.h"

#include <sqlite3.h>

void qb_store_versions(qb_text *out)
{
    qb_text_appendf(out, "sqlite %s\n", sqlite3_libversion());
}
