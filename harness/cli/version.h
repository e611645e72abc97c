/* What `qubout --version` prints: our version, and those of the linked libraries as they report themselves.
 */
#ifndef QB_CLI_VERSION_H
#define QB_CLI_VERSION_H

#include "harness/base/text.h"

void qb_version_text(qb_text *out);

#endif
