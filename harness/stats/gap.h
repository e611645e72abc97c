/* How far a value is from the best.
 *
 * sign is +1 when minimising and -1 when maximising; f* is the reference.
 */
#ifndef QB_STATS_GAP_H
#define QB_STATS_GAP_H

/* The gap that decides:  sign (f - f*) / |anchor - f*|,  with the anchor the mean of a uniformly random
 * vector (a MIP's trivial value).  0 at the reference, 1 at the anchor, negative beyond the reference; no
 * offset or scale of the objective changes it.  Without an anchor (NaN, or equal to f*) the denominator is
 * max(|f*|, 1).  NaN without f or f*. */
double qb_gap(double f, double reference, double anchor, int sign);

/* What a gap of 1 is in the objective's own units: the denominator above. */
double qb_gap_scale(double reference, double anchor);

/* Berthold's primal gap in [0, 1]: 0 when equal, 1 on different signs, else |f - f*| / max(|f|, |f*|).
 * Source: Berthold, "Measuring the impact of primal heuristics", OR Letters 41 (2013). */
double qb_primal_gap(double f, double reference);

/* f / f* when maximising, f* / f when minimising: at most 1 for positive objectives.  NaN unless both are
 * positive. */
double qb_approximation_ratio(double f, double reference, int sign);

#endif
