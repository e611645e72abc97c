#include "harness/stats/gap.h"

#include <math.h>

double qb_gap_scale(double reference, double anchor)
{
    return isnan(anchor) || anchor == reference ? fmax(fabs(reference), 1) : fabs(anchor - reference);
}

double qb_gap(double f, double reference, double anchor, int sign)
{
    return sign * (f - reference) / qb_gap_scale(reference, anchor);
}

double qb_primal_gap(double f, double reference)
{
    if (f == reference)
        return 0;
    if (f * reference < 0)
        return 1;
    return fabs(f - reference) / fmax(fabs(f), fabs(reference));
}

double qb_approximation_ratio(double f, double reference, int sign)
{
    if (!(f > 0) || !(reference > 0))
        return NAN;
    return sign > 0 ? reference / f : f / reference;
}
