/* What qb_run_execute reads of an image. */
#ifndef QB_RUN_RUN_IMAGE_H
#define QB_RUN_RUN_IMAGE_H

#include "harness/run/launcher_wire.h"
#include "harness/run/run.h"

/* The sealed memory: its descriptor, and what is in it. */
int qb_run_image_file(const qb_run_image *image);
qb_launch_image qb_run_image_parts(const qb_run_image *image);

/* The vector that runs start from, as it lies behind the problem in the sealed memory; NULL: none. */
const double *qb_run_image_warm(const qb_run_image *image);

/* CPU seconds that the model of an Ising or a cut took, which every run that gets it is charged; else 0. */
double qb_run_image_charge(const qb_run_image *image);

/* The lowering for what a solver takes; made at the first request and kept.  Errors: as qb_lowering_open. */
qb_status qb_run_image_lowering(qb_run_image *image, unsigned takes, const qb_lowering_options *options,
                                const qb_lowering **lowering, qb_diag *diag);

#endif
