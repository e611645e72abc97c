/* A mixer's factors on one site, applied to the fibres of a state vector.  Private to the kernel.
 *
 * A fibre is the part of a state vector in which the site's digit alone varies.  Fibres are taken `length` at
 * a time: row r of such a bundle is the amplitudes from r * stride on.
 */
#ifndef QB_KERNELS_SITE_MIXER_H
#define QB_KERNELS_SITE_MIXER_H

#include "solvers/kernels/mixer.h"

typedef struct qb_rows_pair {
    uint32_t a, b;
} qb_rows_pair;

typedef struct qb_site_mixer {
    const qb_site *site;
    bool complete;       /* H = J - 1 */
    double x, z;         /* of a free variable: H = x X + z Z */
    double amplitude[2]; /* of a free variable at the start; a group's rows all have 1 / sqrt(dimension) */
    uint64_t pairs;      /* of rows that an XY term joins, in the order in which they are rotated */
    qb_rows_pair *pair;  /* [pairs], owned */
} qb_site_mixer;

/* What one beta makes of a site's mixer. */
typedef struct qb_site_angle {
    double c, s;      /* of beta */
    double spread[2]; /* complete: (e^(-i beta (d - 1)) - e^(i beta)) / d */
} qb_site_angle;

/* `bundles` bundles of fibres of a state vector, `step` amplitudes apart. */
typedef struct qb_fibres {
    double *re, *im;                      /* the first one's row 0 */
    size_t stride, length, bundles, step; /* length <= QB_FIBRE_LENGTH */
} qb_fibres;

#define QB_FIBRE_LENGTH 512

/* The factors of a mixer on a site.  Spends a unit a row and term.  Errors: QB_NO_MEMORY, QB_STOPPED.  Free
 * with qb_site_mixer_free. */
qb_status qb_site_mixer_make(const qb_site *site, qb_mixer mixer, double ones, qb_budget *budget,
                             qb_site_mixer *mix);
void qb_site_mixer_free(qb_site_mixer *mix);

/* Bytes of the pairs of all groups of a model: C(m - 2, k - 1) for each term of a group with k of m ones. */
double qb_site_mixer_bytes(const qb_qubo *qubo, qb_mixer mixer);

qb_site_angle qb_site_mixer_angle(const qb_site_mixer *mix, double beta);

/* Applies every factor's exp(-i beta H_t), in order. */
void qb_site_mixer_apply(const qb_site_mixer *mix, qb_site_angle beta, qb_fibres psi);

/* Undoes them, last first, on psi and on lambda; returns sum_t Im <lambda_t| H_t |psi_t>. */
double qb_site_mixer_undo(const qb_site_mixer *mix, qb_site_angle beta, qb_fibres psi, qb_fibres lambda);

#endif
