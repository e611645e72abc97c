/* One step of bifurcation.h, in two passes over the spins. */

/* Rounded halves of a row side by side, so that a coupling is read once. */
static void bifurcation_force(qb_bifurcation *b, uint32_t from, uint32_t to)
{
    const qb_qubo *q = b->form.model;
    for (uint32_t i = from; i < to; i++) {
        qb_floats low = {0}, high = {0};
        low += b->form.field[i];
        high += b->form.field[i];
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            const qb_floats *x = row_of(b->x, q->neighbour[k]);
            low += b->form.weight[k] * x[0];
            high += b->form.weight[k] * x[1];
        }
        row_at(b->force, i)[0] = low;
        row_at(b->force, i)[1] = high;
    }
}

/* The same of sign(x): the weight takes the sign. */
static void bifurcation_force_discrete(qb_bifurcation *b, uint32_t from, uint32_t to)
{
    const qb_qubo *q = b->form.model;
    for (uint32_t i = from; i < to; i++) {
        qb_floats low = {0}, high = {0};
        low += b->form.field[i];
        high += b->form.field[i];
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            const qb_floats *x = row_of(b->x, q->neighbour[k]);
            int32_t weight;
            memcpy(&weight, &b->form.weight[k], sizeof weight);
            low += (qb_floats)(((qb_ints)x[0] & REPLICAS_SIGN) ^ weight);
            high += (qb_floats)(((qb_ints)x[1] & REPLICAS_SIGN) ^ weight);
        }
        row_at(b->force, i)[0] = low;
        row_at(b->force, i)[1] = high;
    }
}

static void bifurcation_force_any(qb_bifurcation *b, uint32_t from, uint32_t to)
{
    if (b->discrete)
        bifurcation_force_discrete(b, from, to);
    else
        bifurcation_force(b, from, to);
}

static void bifurcation_move(qb_bifurcation *b, float pull, uint32_t from, uint32_t to)
{
    const qb_floats one = (qb_floats){0} + 1.0f;
    for (uint32_t i = from; i < to; i++)
        for (int half = 0; half < 2; half++) {
            qb_floats x = row_at(b->x, i)[half], y = row_at(b->y, i)[half];
            y += b->dt * (row_at(b->force, i)[half] - pull * x);
            x += b->dt * y;
            qb_ints out = (x > 1.0f) | (x < -1.0f);
            qb_ints wall = ((qb_ints)x & REPLICAS_SIGN) | (qb_ints)one;
            row_at(b->x, i)[half] = (qb_floats)((wall & out) | ((qb_ints)x & ~out));
            row_at(b->y, i)[half] = (qb_floats)((qb_ints)y & ~out);
        }
}
