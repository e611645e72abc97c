/* One sweep of path_integral.h. */

/* Tries sixteen slices of one parity, whose neighbours in time are `before` and `after`. */
INLINE void try_parity(qb_path_integral *p, qb_floats *spin, const qb_floats *field, const qb_floats *before,
                       const qb_floats *after, qb_ints *taken)
{
    qb_ints bits = (qb_ints)*spin;
    qb_ints apart = ((bits ^ (qb_ints)*before) < 0) + ((bits ^ (qb_ints)*after) < 0); /* -1 a neighbour */
    qb_floats t;
    qb_threshold_draw(&p->rng, &t);
    qb_floats action =
        p->beta * (2.0f * (*spin * *field)) + p->bond * __builtin_convertvector(1 + apart, qb_floats);
    *taken = action <= t;
    *spin = (qb_floats)(bits ^ (*taken & REPLICAS_SIGN));
}

INLINE bool any_of(const qb_ints *low, const qb_ints *high)
{
    qb_lanes bits = (qb_lanes)(*low | *high);
    return bits[0] | bits[1] | bits[2] | bits[3] | bits[4] | bits[5] | bits[6] | bits[7];
}

/* Adds what turning the taken slices of i has changed to its neighbours' fields. */
INLINE void spread(qb_path_integral *p, uint32_t i, const qb_ints *low, const qb_ints *high)
{
    const qb_qubo *q = p->form.model;
    const qb_floats *spin = row_of(p->spin, i);
    qb_floats even = (qb_floats)((qb_ints)(2.0f * spin[0]) & *low),
              odd = (qb_floats)((qb_ints)(2.0f * spin[1]) & *high);
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
        qb_floats *field = row_at(p->field, q->neighbour[k]);
        field[0] += p->form.weight[k] * even;
        field[1] += p->form.weight[k] * odd;
    }
}

static uint64_t path_slices(qb_path_integral *p, uint32_t from, uint32_t to)
{
    const qb_qubo *q = p->form.model;
    uint64_t touched = 0;
    for (uint32_t i = from; i < to; i++) {
        qb_floats *spin = row_at(p->spin, i), *field = row_at(p->field, i);
        qb_ints even, odd;
        qb_floats next =
            __builtin_shufflevector(spin[1], spin[1], 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        try_parity(p, &spin[0], &field[0], &next, &spin[1], &even);
        next =
            __builtin_shufflevector(spin[0], spin[0], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        try_parity(p, &spin[1], &field[1], &spin[0], &next, &odd);
        if (any_of(&even, &odd)) {
            spread(p, i, &even, &odd);
            touched += q->start[i + 1] - q->start[i];
        }
    }
    return touched;
}

/* sum of s F over all slices of i; the same order of additions on every tier. */
INLINE float line_sum(const qb_path_integral *p, uint32_t i)
{
    const qb_floats *spin = row_of(p->spin, i), *field = row_of(p->field, i);
    qb_floats v = spin[0] * field[0] + spin[1] * field[1];
    v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    return v[0] + v[1];
}

static uint64_t path_lines(qb_path_integral *p, uint32_t from, uint32_t to)
{
    const qb_qubo *q = p->form.model;
    const qb_ints all = (qb_ints){0} - 1;
    uint64_t touched = 0;
    qb_floats t = {0};
    for (uint32_t i = from; i < to; i++) {
        if ((i - from) % QB_THRESHOLDS == 0)
            qb_threshold_draw(&p->rng, &t);
        if (p->beta * (2.0f * line_sum(p, i)) <= t[(i - from) % QB_THRESHOLDS]) {
            qb_floats *spin = row_at(p->spin, i);
            spin[0] = -spin[0];
            spin[1] = -spin[1];
            spread(p, i, &all, &all);
            touched += q->start[i + 1] - q->start[i];
        }
    }
    return touched;
}
