/* What qb_run_execute reads of an image. */
#ifndef QB_RUN_RUN_IMAGE_H
#define QB_RUN_RUN_IMAGE_H

#include "harness/run/run.h"

/* The sealed memory: descriptor and size of the problem in it. */
int qb_run_image_file(const qb_run_image *image, size_t *bytes);

/* The vector that runs start from, as it lies behind the problem in the sealed memory; NULL: none. */
const double *qb_run_image_warm(const qb_run_image *image);

/* The lowering for what a solver takes; made at the first request and kept.  Errors: as qb_lowering_open. */
qb_status qb_run_image_lowering(qb_run_image *image, unsigned takes, const qb_lowering_options *options,
                                const qb_lowering **lowering, qb_diag *diag);

#endif
