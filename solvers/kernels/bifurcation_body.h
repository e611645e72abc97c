/* One step of bifurcation.h: forces as replicas.h has them, then this. */
static void bifurcation_move(qb_bifurcation *b, float pull)
{
    const qb_floats one = (qb_floats){0} + 1.0f;
    for (uint32_t i = 0; i < b->form.model->n; i++)
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
