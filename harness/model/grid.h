/* The grid that data stand on: the smallest power of ten (up to 10^9) or of two (up to 2^30) that makes all
 * of them integers, so that solvers can run on exact integer arithmetic.
 *
 * A double is on the grid of k decimals when it is the double nearest to some m / 10^k, that is, when a file
 * could have meant that decimal.
 */
#ifndef QB_MODEL_GRID_H
#define QB_MODEL_GRID_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define QB_GRID_DECIMALS 9
#define QB_GRID_BITS     30
#define QB_GRID_LARGEST  0x1p53

typedef struct qb_grid {
    int decimals, bits; /* so many are needed for what was admitted so far */
    bool off_decimal, off_binary;
    double largest;
} qb_grid; /* zero-initialise */

/* Takes another number into account; finite. */
void qb_grid_admit_fraction(qb_grid *grid, double value);

static inline void qb_grid_admit(qb_grid *grid, double value)
{
    double size = fabs(value);
    grid->largest = size > grid->largest ? size : grid->largest;
    if (size < QB_GRID_LARGEST && (double)(int64_t)value != value)
        qb_grid_admit_fraction(grid, value);
}

/* The multiplier M >= 1, or 0 when there is none with all |value| M below 2^53. */
double qb_grid_multiplier(const qb_grid *grid);

/* value * M as the integer that it stands for. */
static inline double qb_grid_integer(double value, double multiplier)
{
    return multiplier > 1 ? nearbyint(value * multiplier) : value;
}

/* a + b as the sum of the numbers that they stand for: -0.03 + 0.02 is -0.01. */
double qb_grid_sum(double a, double b);

#endif
