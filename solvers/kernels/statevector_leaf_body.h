/* Leaves: all three steps of a pass on amplitudes that fit the registers.  Part of statevector_tmpl.h.
 *
 * whole: the pass rotates, turns phases and rotates, and does nothing else.  width: of the cost's entries.
 * Both are constants where it matters, for amplitudes stay in registers only where no question is asked at
 * each of them.
 */
#ifndef QB_KERNELS_STATEVECTOR_LEAF_BODY_H
#define QB_KERNELS_STATEVECTOR_LEAF_BODY_H

#include "solvers/kernels/statevector_phase_body.h"

#define EACH_ARRAY UNROLL for (unsigned a = 0; a < arrays; a++)
#define EACH_PART  UNROLL for (unsigned part = 0; part < 2; part++) /* re, im; two on, the adjoint's */
#define EACH_ROW   UNROLL for (unsigned r = 0; r < count; r++)

/* ------------------------------------------------------------------------------------------------ LOW */

/* The qubits of rows and lanes, of the real or the imaginary parts of a leaf. */
ALWAYS void turn_low(mixer *m, vec fade, vec *phi, vec *lambda, unsigned rows, bool both)
{
    if (!both) {
        rotate_rows(phi, rows, m);
        rotate_lanes(phi, rows, m);
        return;
    }
    vec sum = turn_lanes(phi, lambda, rows, m);
    sum = FMA(splat(m->fade[LANE_BITS]), overlap_rows(phi, lambda, rows), sum);
    m->overlap = FMA(fade, sum, m->overlap);
    rotate_rows(phi, rows, m);
    rotate_rows(lambda, rows, m);
}

/* From the first amplitude of a leaf to another. */
#define WITHIN(amplitudes) ((amplitudes) + ((amplitudes) & ~(QB_SV_BLOCK - 1)))

/* 2^rows vectors from x on.  Of a tall leaf the registers hold one part at a time: the real parts, turned
 * before, wait in the nearest cache while the imaginary ones are, and their phases take them from there. */
ALWAYS void leaf_low(job *j, size_t x, unsigned rows, qb_cost_width width, bool whole, bool backward)
{
    const bool tall = rows > LEAF_ROWS;
    const unsigned count = 1u << rows, arrays = backward ? 4 : 2;
    const bool carried = backward && !j->pass->start_adjoint,
               plus = !whole && !backward && j->pass->from_plus;
    vec v[4][2 << LEAF_ROWS];
    REAL *base[4];
    EACH_ARRAY base[a] = j->array[a] + at(j->pass, x);
    EACH_ARRAY if (!whole || a == 1)
        EACH_ROW __builtin_prefetch(base[a] + j->ahead + WITHIN(r * LANES), 0, 2);
    EACH_PART
    {
        EACH_ROW v[part][r] = plus ? plus_at(j, x + r * LANES, part) : load(base[part] + WITHIN(r * LANES));
        if (backward)
            EACH_ROW v[part + 2][r] = load(base[part + 2] + WITHIN(r * LANES));
        if (whole || j->first.on)
            turn_low(&j->first, j->first_fade, v[part], v[part + 2], rows, carried);
        if (tall && part == 0)
            EACH_ROW store(base[0] + WITHIN(r * LANES), v[0][r]);
    }
    if (whole || j->pass->phase || j->pass->measure)
        EACH_ROW
        {
            vec here[4];
            EACH_ARRAY here[a] = tall && a == 0 ? load(base[0] + WITHIN(r * LANES)) : v[a][r];
            turn_phase(j, x + r * LANES, width, here, false, whole, backward);
            EACH_ARRAY v[a][r] = here[a];
            if (tall)
                store(base[0] + WITHIN(r * LANES), here[0]);
        }
    UNROLL for (unsigned k = 0; k < 2; k++)
    {
        const unsigned part = tall ? 1 - k : k;
        if (tall && part == 0)
            EACH_ROW v[0][r] = load(base[0] + WITHIN(r * LANES));
        if (whole || j->second.on)
            turn_low(&j->second, j->second_fade, v[part], v[part + 2], rows, backward);
        EACH_ROW store(base[part] + WITHIN(r * LANES), v[part][r]);
        if (backward)
            EACH_ROW store(base[part + 2] + WITHIN(r * LANES), v[part + 2][r]);
    }
}

/* ------------------------------------------------------------------------------------------------ HIGH */

ALWAYS void turn_high(mixer *m, vec fade, vec *phi, vec *lambda, unsigned rows, bool both)
{
    if (both) {
        m->overlap = FMA(fade, overlap_rows(phi, lambda, rows), m->overlap);
        rotate_rows(lambda, rows, m);
    }
    rotate_rows(phi, rows, m);
}

/* The eliminated qubit: x and the mirrored y (lanes reversed already) turn together.  t: the tangent with the
 * signs of x. */
ALWAYS void couple(const job *j, vec t, vec *xr, vec *xi, vec *yr, vec *yi)
{
    const vec old_r = *xr, old_i = *xi;
    if (j->pass->coupling_is_imaginary) {
        *xr = FMA(t, *yi, old_r);
        *xi = FNMA(t, *yr, old_i);
        *yr = FMA(t, old_i, *yr);
        *yi = FNMA(t, old_r, *yi);
    } else {
        *xr = FNMA(t, *yr, old_r);
        *xi = FNMA(t, *yi, old_i);
        *yr = FMA(t, old_r, *yr);
        *yi = FMA(t, old_i, *yi);
    }
}

/* Its overlap; x and y hold re, im and the adjoint's re, im. */
ALWAYS vec overlap_coupling(const job *j, bool odd, const vec *x, const vec *y)
{
    vec sum = j->pass->coupling_is_imaginary ? x[2] * y[1] - x[3] * y[0] + y[2] * x[1] - y[3] * x[0]
                                             : y[2] * x[0] - x[2] * y[0] + y[3] * x[1] - x[3] * y[1];
    return j->coupling_sign[odd] * sum;
}

ALWAYS void turn_coupled(job *j, mixer *m, vec fade, bool odd, vec *x, vec *y, bool both)
{
    if (!m->on)
        return;
    if (both) {
        m->overlap = FMA(fade, overlap_coupling(j, odd, x, y), m->overlap);
        couple(j, m->coupling[odd], &x[2], &x[3], &y[2], &y[3]);
    }
    couple(j, m->coupling[odd], &x[0], &x[1], &y[0], &y[1]);
}

/* Asks for the costs of the leaf after the one at x, and of its mirror image: a line in each row, too far
 * apart for the processor to foresee. */
ALWAYS void fetch_costs(const job *j, size_t x, unsigned rows, bool mirrored, qb_cost_width width)
{
    const size_t row = (size_t)1 << j->pass->low_bits, size = (size_t)1 << j->pass->bits, span = row << rows;
    if (x * width % 64 != 0) /* not the first of a line */
        return;
    size_t next = x + span < size ? x + span : x + span - size + (LANES << j->pass->width_bits);
    if (next + LANES + span - row > size) /* that was the last one */
        return;
    const char *cost = j->pass->cost, *here = cost + next * width,
               *there = cost + (size - LANES - next - (span - row)) * width;
    UNROLL for (size_t r = 0; r < 1u << rows; r++)
    {
        __builtin_prefetch(here + r * row * width, 0, 2);
        if (mirrored)
            __builtin_prefetch(there + r * row * width, 0, 2);
    }
}

/* One vector from x on in each of 2^rows rows, and with `mirrored` the vectors that hold their complements.
 */
ALWAYS void leaf_high(job *j, size_t x, unsigned rows, bool mirrored, qb_cost_width width, bool whole,
                      bool backward)
{
    const unsigned count = 1u << rows, arrays = backward ? 4 : 2, places = mirrored ? 2 : 1;
    const bool carried = backward && !j->pass->start_adjoint;
    const size_t row = (size_t)1 << j->pass->low_bits;
    const size_t start[2] = {x, ((size_t)1 << j->pass->bits) - LANES - x - (count - 1) * row};
    REAL *base[2][4];
    vec v[2][4][1 << HIGH_ROWS];
    UNROLL for (unsigned p = 0; p < places; p++)
    {
        EACH_ARRAY base[p][a] = j->array[a] + at(j->pass, start[p]);
        EACH_ARRAY if (!whole || a == 1)
            EACH_ROW __builtin_prefetch(base[p][a] + j->row[r] + (p ? -j->ahead : j->ahead), 0, 2);
        EACH_PART
        {
            EACH_ROW v[p][part][r] = load(base[p][part] + j->row[r]);
            if (backward)
                EACH_ROW v[p][part + 2][r] = load(base[p][part + 2] + j->row[r]);
            if (whole || j->first.on)
                turn_high(&j->first, j->first_fade, v[p][part], v[p][part + 2], rows, carried);
        }
    }
    if (whole || j->pass->phase || j->pass->measure)
        fetch_costs(j, x, rows, mirrored, width);
    EACH_ROW
    {
        const unsigned mirror = count - 1 - r;
        vec here[4], there[4];
        EACH_ARRAY
        {
            here[a] = v[0][a][r];
            there[a] = mirrored ? REVERSE(v[1][a][mirror]) : here[a];
        }
        bool odd = mirrored && __builtin_parityll((x + r * row) >> LANE_BITS);
        if (mirrored)
            turn_coupled(j, &j->first, j->first_coupling_fade, odd, here, there, carried);
        if (whole || j->pass->phase || j->pass->measure)
            turn_phase(j, x + r * row, width, here, false, whole, backward);
        if (mirrored && (whole || j->pass->phase || j->pass->measure))
            turn_phase(j, start[1] + mirror * row, width, there, true, whole, backward);
        if (mirrored)
            turn_coupled(j, &j->second, splat(1), odd, here, there, backward);
        EACH_ARRAY
        {
            v[0][a][r] = here[a];
            if (mirrored)
                v[1][a][mirror] = REVERSE(there[a]);
        }
    }
    UNROLL for (unsigned p = 0; p < places; p++) EACH_PART
    {
        if (whole || j->second.on)
            turn_high(&j->second, j->second_fade, v[p][part], v[p][part + 2], rows, backward);
        EACH_ROW store(base[p][part] + j->row[r], v[p][part][r]);
        if (backward)
            EACH_ROW store(base[p][part + 2] + j->row[r], v[p][part + 2][r]);
    }
}

#endif
