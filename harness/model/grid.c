#include "harness/model/grid.h"

static const double power_of_ten[QB_GRID_DECIMALS + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

static bool is_decimal(double value, int decimals)
{
    double integer = nearbyint(value * power_of_ten[decimals]);
    return fabs(integer) < QB_GRID_LARGEST && integer / power_of_ten[decimals] == value;
}

static bool is_binary(double value, int bits)
{
    double scaled = ldexp(value, bits);
    return nearbyint(scaled) == scaled;
}

void qb_grid_admit_fraction(qb_grid *grid, double value)
{
    while (!grid->off_decimal && !is_decimal(value, grid->decimals))
        grid->off_decimal = ++grid->decimals > QB_GRID_DECIMALS;
    while (!grid->off_binary && !is_binary(value, grid->bits))
        grid->off_binary = ++grid->bits > QB_GRID_BITS;
}

double qb_grid_multiplier(const qb_grid *grid)
{
    double multiplier = INFINITY;
    if (!grid->off_decimal)
        multiplier = power_of_ten[grid->decimals];
    if (!grid->off_binary)
        multiplier = fmin(multiplier, ldexp(1, grid->bits));
    return grid->largest * multiplier < QB_GRID_LARGEST ? multiplier : 0;
}

double qb_grid_sum(double a, double b)
{
    qb_grid grid = {0};
    if (!isfinite(a) || !isfinite(b))
        return a + b;
    qb_grid_admit(&grid, a);
    qb_grid_admit(&grid, b);
    double multiplier = qb_grid_multiplier(&grid);
    return multiplier > 1 ? (qb_grid_integer(a, multiplier) + qb_grid_integer(b, multiplier)) / multiplier
                          : a + b;
}
