/* A MIP as MPS text, for the format's writer and for programs outside.
 */
#ifndef QB_MODEL_MPS_WRITE_H
#define QB_MODEL_MPS_WRITE_H

#include "harness/model/naming.h"

/* Begins a comment that gives a name. */
#define QB_MPS_MARK "*qubout"

/* Appends the problem in fixed columns, to be minimised: what is maximised is negated, and a comment says so.
 * Numbers keep all their digits; one that needs more than twelve characters runs past its field, alone on its
 * line.  Errors: QB_REFUSED (quadratic terms; a problem that is no MIP; 10^7 columns or rows; sides
 * beyond 1e30), QB_NO_MEMORY.
 */
qb_status qb_mps_write(const qb_problem *problem, qb_text *out, qb_diag *diag);

/* The names in such a file: words of at most eight characters, or C1, C2, ... */
qb_naming qb_mps_naming(const qb_mip *mip);

#endif
