#include "instances/perturb.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/model/grid.h"

#include <math.h>

/* The multiplier that makes the objective's data integers; 0 when there is none.  *smallest is the least
 * nonzero magnitude. */
static double grid_of(const qb_mip *mip, double *smallest)
{
    qb_grid grid = {0};
    *smallest = INFINITY;
    for (uint32_t j = 0; j < mip->columns; j++) {
        qb_grid_admit(&grid, mip->linear[j]);
        if (mip->linear[j] != 0)
            *smallest = fmin(*smallest, fabs(mip->linear[j]));
    }
    for (uint64_t k = 0; k < mip->pairs; k++) {
        qb_grid_admit(&grid, mip->pair[k].weight);
        *smallest = fmin(*smallest, fabs(mip->pair[k].weight));
    }
    return qb_grid_multiplier(&grid);
}

/* The largest sum of magnitudes around one variable; NAN when memory is out. */
static double reach_of(const qb_mip *mip)
{
    double *reach = QB_NEW(double, mip->columns), most = 0;
    if (!reach)
        return NAN;
    for (uint32_t j = 0; j < mip->columns; j++)
        reach[j] = fabs(mip->linear[j]);
    for (uint64_t k = 0; k < mip->pairs; k++) {
        reach[mip->pair[k].i] += fabs(mip->pair[k].weight);
        reach[mip->pair[k].j] += fabs(mip->pair[k].weight);
    }
    for (uint32_t j = 0; j < mip->columns; j++)
        most = fmax(most, reach[j]);
    qb_free(reach);
    return most;
}

/* The multiplier of the copy's grid: finer than a sixteenth of the smallest relative step, but no finer than
 * what leaves the model in 31 bits where the nominal one is (an Ising form grows by up to 8 when its spins
 * become bits, and a coefficient by 1 + 8 relative in any draw that happens).  Powers of two refine a grid of
 * twos, powers of ten one of tens. */
static double refine(double multiplier, double smallest, double reach, double relative)
{
    double wanted = 16 / (relative * smallest), limit = 0x1p31 / (8 * reach * (1 + 8 * relative));
    bool twos = frexp(multiplier, &(int){0}) == 0.5;
    double step = twos ? 2 : 10, most = twos ? 0x1p30 : 1e9, fine = multiplier;
    if (limit < multiplier) /* the model is in doubles as it is */
        limit = most;
    while (fine < wanted && fine * step <= fmin(limit, most))
        fine *= step;
    return fine;
}

/* On the grid of `multiplier`, never zero; as it falls when multiplier is 0. */
static double disturbed(double value, double relative, double multiplier, qb_rng *rng)
{
    double moved = value * (1 + relative * qb_rng_normal(rng));
    if (multiplier == 0)
        return moved != 0 ? moved : value;
    double integer = nearbyint(moved * multiplier);
    return (integer != 0 ? integer : copysign(1, value)) / multiplier;
}

/* A copy in memory of its own. */
static qb_status duplicate(const qb_problem *problem, qb_problem *copy, qb_diag *diag)
{
    size_t size = qb_problem_image_size(problem);
    void *image = qb_alloc(size, 1);
    if (!image)
        return qb_fail(diag, QB_NO_MEMORY, "%s: out of memory", problem->name);
    qb_problem_pack(problem, image);
    qb_status status = qb_problem_view(image, size, copy, diag);
    if (status != QB_OK) {
        qb_free(image);
        return status;
    }
    copy->block = image;
    return QB_OK;
}

qb_status qb_perturb_coefficients(const qb_problem *nominal, double relative, uint64_t seed, qb_problem *copy,
                                  qb_diag *diag)
{
    if (!(relative >= 0 && relative <= 1))
        return qb_fail(diag, QB_BAD_INPUT, "a relative noise of %g is outside 0 to 1", relative);
    qb_problem made;
    qb_status status = duplicate(nominal, &made, diag);
    if (status != QB_OK || relative == 0) {
        if (status == QB_OK)
            *copy = made;
        return status;
    }
    double smallest, multiplier = grid_of(&made.body, &smallest), reach = reach_of(&made.body);
    if (isnan(reach)) {
        qb_problem_free(&made);
        return qb_fail(diag, QB_NO_MEMORY, "%s: out of memory", nominal->name);
    }
    if (multiplier != 0 && reach > 0)
        multiplier = refine(multiplier, smallest, reach, relative);
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    double *linear = (double *)made.body.linear; /* the copy is ours, nobody has seen it yet */
    qb_pair *pair = (qb_pair *)made.body.pair;
    for (uint32_t j = 0; j < made.body.columns; j++)
        if (linear[j] != 0)
            linear[j] = disturbed(linear[j], relative, multiplier, &rng);
    for (uint64_t k = 0; k < made.body.pairs; k++)
        pair[k].weight = disturbed(pair[k].weight, relative, multiplier, &rng);
    *copy = made;
    return QB_OK;
}
