/* The sweeps of the dense kernel (anneal_dense.h) for one tier and one width: DENSE_FIELD is the type of a
 * field, DENSE_MOST its greatest value, DENSE_NAME(name) a name for it. */

typedef DENSE_FIELD DENSE_NAME(block) __attribute__((vector_size(QB_DENSE_BLOCK * sizeof(DENSE_FIELD))));

/* Thresholds for one block, rounded down. */
static inline void DENSE_NAME(draw)(qb_lanes_rng *rng, float temperature, DENSE_FIELD *limit)
{
    for (uint32_t half = 0; half < QB_DENSE_BLOCK; half += QB_THRESHOLDS) {
        qb_floats t;
        qb_threshold_draw(rng, &t);
        t *= temperature;
        qb_ints fits = t < (float)DENSE_MOST;
        qb_ints whole = (__builtin_convertvector(t, qb_ints) & fits) | ((int32_t)DENSE_MOST & ~fits);
        for (uint32_t k = 0; k < QB_THRESHOLDS; k++)
            limit[half + k] = (DENSE_FIELD)whole[k];
    }
}

/* Which attempts of a block would be accepted as things stand: bit k for attempt k. */
static inline uint32_t DENSE_NAME(test)(const DENSE_FIELD *toward, const DENSE_FIELD *field,
                                        const DENSE_FIELD *limit)
{
    uint32_t yes = 0;
    for (uint32_t k = 0; k < QB_DENSE_BLOCK; k++)
        yes |= (uint32_t)((DENSE_FIELD)(toward[k] * field[k]) <= limit[k]) << k;
    return yes;
}

static uint64_t DENSE_NAME(sweep)(qb_anneal_dense_state *s, double beta, uint32_t from, uint32_t to)
{
    DENSE_FIELD *toward = s->DENSE_NAME(toward), *field = s->DENSE_NAME(field);
    float temperature = scalar_temperature(beta * s->unit);
    uint64_t flips = 0;
    for (uint32_t base = from; base < to; base += QB_DENSE_BLOCK) {
        _Alignas(64) DENSE_FIELD limit[QB_DENSE_BLOCK];
        DENSE_NAME(draw)(&s->rng, temperature, limit);
        uint32_t open = to - base < QB_DENSE_BLOCK ? (1u << (to - base)) - 1 : UINT32_MAX, yes;
        while ((yes = open & DENSE_NAME(test)(toward + base, field + base, limit))) {
            uint32_t k = (uint32_t)__builtin_ctz(yes), i = base + k;
            const int8_t *row = s->row + (size_t)i * s->padded;
            if (toward[i] == s->sense) /* x_i becomes 1 */
                for (uint32_t j = 0; j < s->padded; j++)
                    field[j] = (DENSE_FIELD)(field[j] + row[j]);
            else
                for (uint32_t j = 0; j < s->padded; j++)
                    field[j] = (DENSE_FIELD)(field[j] - row[j]);
            toward[i] = (DENSE_FIELD)-toward[i];
            open &= (uint32_t)(UINT64_MAX << (k + 1));
            flips++;
        }
    }
    return to - from + flips * s->n;
}
