/* The versions of the libraries behind a layer, as they report themselves at run time: "name version" a line.
 */
#ifndef QB_BASE_VERSIONS_H
#define QB_BASE_VERSIONS_H

#include "harness/base/text.h"

void qb_base_versions(qb_text *out);

#endif
