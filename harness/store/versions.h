/* The version of SQLite, as it reports itself: "name version" a line. */
#ifndef QB_STORE_VERSIONS_H
#define QB_STORE_VERSIONS_H

#include "harness/base/text.h"

void qb_store_versions(qb_text *out);

#endif
