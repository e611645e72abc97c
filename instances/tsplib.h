/* A TSPLIB file as it stands: distances, demands, and what kind of tour is wanted. */
#ifndef QB_INSTANCES_TSPLIB_H
#define QB_INSTANCES_TSPLIB_H

#include "instances/scan.h"

typedef enum qb_tsplib_type { QB_TSPLIB_NONE, QB_TSPLIB_TSP, QB_TSPLIB_ATSP, QB_TSPLIB_CVRP } qb_tsplib_type;

#define QB_TSPLIB_LARGEST 4096 /* nodes */

typedef struct qb_tsplib {
    qb_tsplib_type type;
    uint32_t n;
    double *distance;  /* [n * n] from row to column; the diagonal means nothing */
    double *demand;    /* [n]; cvrp */
    double capacity;   /* cvrp */
    uint32_t vehicles; /* at most; 0: not limited.  VEHICLES, or -kN at the end of the name */
    uint32_t depot;    /* from 0 */
} qb_tsplib;

/* Reads the whole file.  Weights: EUC_2D, CEIL_2D, ATT, GEO, or EXPLICIT by full, upper or lower rows with or
 * without diagonal.  Free with qb_tsplib_free, also after an error.  Errors: QB_BAD_INPUT, QB_NO_MEMORY. */
qb_status qb_tsplib_read(const qb_read_source *source, qb_scan *scan, qb_tsplib *file);
void qb_tsplib_free(qb_tsplib *file);

#endif
