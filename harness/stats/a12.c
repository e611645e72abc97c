#include "harness/stats/a12.h"
#include "harness/stats/sample.h"

#include <math.h>

double qb_a12(double *x, size_t nx, double *y, size_t ny)
{
    if (!nx || !ny)
        return NAN;
    qb_sort(x, nx);
    qb_sort(y, ny);
    double wins = 0;
    size_t below = 0, upto = 0; /* how many of y are less than, and at most, x[k] */
    for (size_t k = 0; k < nx; k++) {
        while (below < ny && y[below] < x[k])
            below++;
        while (upto < ny && y[upto] <= x[k])
            upto++;
        wins += (double)below + (double)(upto - below) / 2;
    }
    return wins / ((double)nx * (double)ny);
}
