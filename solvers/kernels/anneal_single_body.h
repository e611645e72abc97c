/* The sweeps of the single-replica kernels (anneal_single.h) for one tier and one width: SINGLE_FIELD is the
 * type of a field, SINGLE_CLAMP the greatest threshold, SINGLE_ENTRY and SINGLE_ENTRIES the type and place of
 * list entries, SINGLE_CONVERT(floats, type) rounds thresholds, SINGLE_NAME(name) is a name for this width.
 */

/* Vectors are as aligned as the arrays they are read from, not as much as their own size would ask. */
#define SINGLE_ALIGNED(count) \
    aligned((count) * sizeof(SINGLE_FIELD) < 64 ? (count) * sizeof(SINGLE_FIELD) : 64)
typedef SINGLE_FIELD SINGLE_NAME(fields)
    __attribute__((vector_size(QB_SINGLE_BLOCK * sizeof(SINGLE_FIELD)), SINGLE_ALIGNED(QB_SINGLE_BLOCK)));
typedef SINGLE_FIELD SINGLE_NAME(half)
    __attribute__((vector_size(QB_THRESHOLDS * sizeof(SINGLE_FIELD)), SINGLE_ALIGNED(QB_THRESHOLDS)));

/* Thresholds of one block, none above SINGLE_CLAMP, rounded down where fields are integers. */
static inline void SINGLE_NAME(draw)(qb_lanes_rng *rng, float temperature, SINGLE_NAME(half) * limit)
{
    for (uint32_t half = 0; half < QB_SINGLE_BLOCK / QB_THRESHOLDS; half++) {
        qb_floats t;
        qb_threshold_draw(rng, &t);
        t *= temperature;
        qb_ints fits = t < (float)SINGLE_CLAMP, clamp = (qb_ints)((qb_floats){0} + (float)SINGLE_CLAMP);
        t = (qb_floats)(((qb_ints)t & fits) | (clamp & ~fits));
        limit[half] = SINGLE_CONVERT(t, SINGLE_NAME(half));
    }
}

/* Which attempts of a block would be accepted as things stand: bit k for attempt k. */
static inline uint32_t SINGLE_NAME(test)(const SINGLE_FIELD *toward, const SINGLE_FIELD *field,
                                         const SINGLE_NAME(fields) * limit)
{
    SINGLE_NAME(fields)
    cost = *(const SINGLE_NAME(fields) *)toward * *(const SINGLE_NAME(fields) *)field;
    return single_bits(__builtin_convertvector(cost <= *limit, single_bytes));
}

static uint64_t SINGLE_NAME(sparse)(qb_anneal_single_state *s, double beta, uint32_t from, uint32_t to)
{
    SINGLE_FIELD *toward = s->toward, *field = s->field;
    const SINGLE_FIELD sense = (SINGLE_FIELD)s->sense;
    const uint64_t *first = s->first;
    const uint8_t *clash = s->clash;
    const SINGLE_ENTRY *entries = s->SINGLE_ENTRIES;
    float temperature = single_temperature(beta * s->unit);
    uint64_t work = to - from;
    for (uint32_t base = from; base < to; base += QB_SINGLE_BLOCK) {
        SINGLE_NAME(fields) limit;
        SINGLE_NAME(draw)(&s->rng, temperature, (SINGLE_NAME(half) *)&limit);
        uint32_t yes = SINGLE_NAME(test)(toward + base, field + base, &limit);
        while (yes) {
            uint32_t lane = (uint32_t)__builtin_ctz(yes), p = base + lane;
            SINGLE_FIELD change = (SINGLE_FIELD)(toward[p] * sense);
            toward[p] = (SINGLE_FIELD)-toward[p];
            const SINGLE_ENTRY *entry = entries + first[p], *end = entries + first[p + 1];
            work += first[p + 1] - first[p];
            for (; entry < end; entry++)
                field[entry->at] = (SINGLE_FIELD)(field[entry->at] + change * entry->weight);
            yes &= yes - 1;
            if (clash[p])
                yes = SINGLE_NAME(test)(toward + base, field + base, &limit) & single_after(lane);
        }
    }
    return work;
}

#ifdef SINGLE_ROW
static uint64_t SINGLE_NAME(dense)(qb_anneal_single_state *s, double beta, uint32_t from, uint32_t to)
{
    SINGLE_FIELD *toward = s->toward, *field = s->field;
    const SINGLE_FIELD sense = (SINGLE_FIELD)s->sense;
    float temperature = single_temperature(beta * s->unit);
    uint64_t flips = 0;
    for (uint32_t base = from; base < to; base += QB_SINGLE_BLOCK) {
        SINGLE_NAME(fields) limit;
        SINGLE_NAME(draw)(&s->rng, temperature, (SINGLE_NAME(half) *)&limit);
        uint32_t yes = SINGLE_NAME(test)(toward + base, field + base, &limit);
        while (yes) {
            uint32_t lane = (uint32_t)__builtin_ctz(yes), p = base + lane;
            const int8_t *row = s->row + (size_t)p * s->padded;
            if (toward[p] == sense) /* x becomes 1 */
                for (uint32_t j = 0; j < s->padded; j++)
                    field[j] = (SINGLE_FIELD)(field[j] + row[j]);
            else
                for (uint32_t j = 0; j < s->padded; j++)
                    field[j] = (SINGLE_FIELD)(field[j] - row[j]);
            toward[p] = (SINGLE_FIELD)-toward[p];
            flips++;
            yes = SINGLE_NAME(test)(toward + base, field + base, &limit) & single_after(lane);
        }
    }
    return to - from + flips * s->n;
}
#endif

#undef SINGLE_ALIGNED
#undef SINGLE_FIELD
#undef SINGLE_CLAMP
#undef SINGLE_ENTRY
#undef SINGLE_ENTRIES
#undef SINGLE_CONVERT
#undef SINGLE_NAME
