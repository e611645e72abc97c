/* The sweeps of the single-replica kernels (anneal_single.h) for one tier and one width: SINGLE_FIELD is the
 * type of a field, SINGLE_CLAMP the greatest threshold (SINGLE_REAL_CLAMP of a real model, whose slack is
 * added to it), SINGLE_NAME(name) is a name for this width.
 */

/* Vectors are as aligned as the arrays they are read from, not as much as their own size would ask. */
#define SINGLE_ALIGNED(count) \
    aligned((count) * sizeof(SINGLE_FIELD) < 64 ? (count) * sizeof(SINGLE_FIELD) : 64)
typedef SINGLE_FIELD SINGLE_NAME(fields)
    __attribute__((vector_size(QB_SINGLE_BLOCK * sizeof(SINGLE_FIELD)), SINGLE_ALIGNED(QB_SINGLE_BLOCK)));
typedef SINGLE_FIELD SINGLE_NAME(half)
    __attribute__((vector_size(QB_THRESHOLDS * sizeof(SINGLE_FIELD)), SINGLE_ALIGNED(QB_THRESHOLDS)));

/* Sixteen thresholds made none above `highest`; whole parts in `limit`. */
static inline void SINGLE_NAME(cut)(qb_floats *t, float highest, SINGLE_NAME(half) * limit)
{
    qb_ints fits = *t < highest, clamp = (qb_ints)((qb_floats){0} + highest);
    *t = (qb_floats)(((qb_ints)*t & fits) | (clamp & ~fits));
    /* float to int16 or int8 goes through int32, which is what the instructions do */
    *limit = __builtin_convertvector(__builtin_convertvector(*t, qb_ints), SINGLE_NAME(half));
}

/* Thresholds of one block. */
static inline void SINGLE_NAME(draw)(qb_lanes_rng *rng, float temperature, float highest, qb_floats *t,
                                     SINGLE_NAME(half) * limit)
{
    for (uint32_t half = 0; half < QB_SINGLE_BLOCK / QB_THRESHOLDS; half++) {
        qb_threshold_draw(rng, &t[half]);
        t[half] *= temperature;
        SINGLE_NAME(cut)(&t[half], highest, &limit[half]);
    }
}

/* Which attempts of a block would be accepted as things stand: bit k for attempt k.  (field ^ turned) -
 * turned is the cost; only one side has to be looked at anew after a flip. */
static inline uint32_t SINGLE_NAME(test)(const SINGLE_FIELD *turned, const SINGLE_FIELD *field,
                                         const SINGLE_NAME(fields) * limit)
{
    SINGLE_NAME(fields) side = *(const SINGLE_NAME(fields) *)turned;
    SINGLE_NAME(fields) cost = *(const SINGLE_NAME(fields) *)field ^ side, most = *limit + side;
    return SINGLE_TEST(cost, most);
}

/* Whether an attempt that passed, give or take the slack, is accepted. */
static inline bool SINGLE_NAME(decide)(const qb_anneal_single_state *s, uint32_t p, SINGLE_FIELD limit,
                                       float t)
{
    int64_t side = ((const SINGLE_FIELD *)s->turned)[p];
    int64_t cost = (((const SINGLE_FIELD *)s->field)[p] ^ side) - side;
    return cost <= (int64_t)limit - 2 * (int64_t)s->fixed.slack || qb_single_accepts(s, p, t);
}

/* Adds `change` times the couplings of position p to the fields of its neighbours; returns how many they are.
 */
static inline uint64_t SINGLE_NAME(tell)(const qb_anneal_single_state *s, uint32_t p, SINGLE_FIELD change)
{
    SINGLE_FIELD *field = s->field;
    const qb_single_entry *entry = s->entry + s->first[p], *end = s->entry + s->first[p + 1];
    for (const qb_single_entry *e = entry; e < end; e++)
        field[e->at] = (SINGLE_FIELD)(field[e->at] + change * e->weight);
    return (uint64_t)(end - entry);
}

/* The same of a full row, a register at a time, without a branch on the change: nobody could predict it. */
#define SINGLE_DEFINE_ADD(name, coupling)                                                                  \
    static inline void SINGLE_NAME(name)(const qb_anneal_single_state *s, uint32_t p, SINGLE_FIELD change) \
    {                                                                                                      \
        enum { LANES = 64 / sizeof(SINGLE_FIELD) };                                                        \
        typedef SINGLE_FIELD line __attribute__((vector_size(64), aligned(64)));                           \
        typedef coupling part                                                                              \
            __attribute__((vector_size(LANES * sizeof(coupling)), aligned(LANES * sizeof(coupling))));     \
        const part *row = (const part *)((const coupling *)s->row + (size_t)p * s->line);                  \
        const line minus = (line){0} + (SINGLE_FIELD)(change >> 1); /* -1 or 0: negation is ~ less -1 */   \
        for (line *field = s->field, *end = field + s->line / LANES; field < end; field++, row++)          \
            *field += (__builtin_convertvector(*row, line) ^ minus) - minus;                               \
    }

/* What all sweeps do; `update` tells the neighbours and counts them. */
#define SINGLE_DEFINE_MOVES(name, update)                                                                  \
    static inline uint64_t SINGLE_NAME(name##_turn)(qb_anneal_single_state * s, uint32_t p)                \
    {                                                                                                      \
        SINGLE_FIELD *turned = s->turned, side = turned[p];                                                \
        SINGLE_FIELD change = (SINGLE_FIELD)(((SINGLE_FIELD)s->sense ^ side) - side);                      \
        turned[p] = (SINGLE_FIELD)~side;                                                                   \
        return update;                                                                                     \
    }                                                                                                      \
                                                                                                           \
    static uint64_t SINGLE_NAME(name)(qb_anneal_single_state * s, double beta, uint32_t from, uint32_t to) \
    {                                                                                                      \
        const SINGLE_FIELD *turned = s->turned, *field = s->field;                                         \
        const int32_t slack = s->fixed.slack;                                                              \
        const float temperature = single_temperature(beta * s->fixed.unit);                                \
        const float highest = slack ? SINGLE_REAL_CLAMP : SINGLE_CLAMP;                                    \
        const uint8_t *clash = s->clash;                                                                   \
        uint64_t work = to - from;                                                                         \
        for (uint32_t base = from; base < to; base += QB_SINGLE_BLOCK) {                                   \
            SINGLE_NAME(fields) limit;                                                                     \
            qb_floats t[QB_SINGLE_BLOCK / QB_THRESHOLDS];                                                  \
            SINGLE_NAME(draw)(&s->rng, temperature, highest, t, (SINGLE_NAME(half) *)&limit);              \
            limit += (SINGLE_FIELD)slack;                                                                  \
            uint32_t yes = SINGLE_NAME(test)(turned + base, field + base, &limit);                         \
            while (yes) {                                                                                  \
                uint32_t lane = (uint32_t)__builtin_ctz(yes), p = base + lane;                             \
                yes &= yes - 1;                                                                            \
                if (slack && !SINGLE_NAME(decide)(s, p, limit[lane], ((const float *)t)[lane]))            \
                    continue;                                                                              \
                work += SINGLE_NAME(name##_turn)(s, p);                                                    \
                if (clash[p])                                                                              \
                    yes = SINGLE_NAME(test)(turned + base, field + base, &limit) & single_after(lane);     \
            }                                                                                              \
        }                                                                                                  \
        return work;                                                                                       \
    }

SINGLE_DEFINE_MOVES(sparse, SINGLE_NAME(tell)(s, p, change))

SINGLE_DEFINE_ADD(add_bytes, int8_t)
SINGLE_DEFINE_MOVES(dense_bytes, (SINGLE_NAME(add_bytes)(s, p, change), s->n))
#if SINGLE_BYTES >= 2
SINGLE_DEFINE_ADD(add_shorts, int16_t)
SINGLE_DEFINE_MOVES(dense_shorts, (SINGLE_NAME(add_shorts)(s, p, change), s->n))
#endif
#if SINGLE_BYTES >= 4
SINGLE_DEFINE_ADD(add_ints, int32_t)
SINGLE_DEFINE_MOVES(dense_ints, (SINGLE_NAME(add_ints)(s, p, change), s->n))
#endif

#undef SINGLE_DEFINE_ADD
#undef SINGLE_DEFINE_MOVES
#undef SINGLE_ALIGNED
#undef SINGLE_FIELD
#undef SINGLE_BYTES
#undef SINGLE_CLAMP
#undef SINGLE_REAL_CLAMP
#undef SINGLE_TEST
#undef SINGLE_NAME
