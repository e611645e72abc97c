/* One chunk of the enumeration (gray.h) for one tier and one width: GRAY_COST is the type of a table's costs,
 * GRAY_FLAG an integer of the same size,
 * GRAY_LOWEST and GRAY_HIGHEST its range, GRAY_CHUNK the function's name. */

#if defined(__AVX512F__)
#define GRAY_TABLE_BYTES 512
#elif defined(__AVX2__)
#define GRAY_TABLE_BYTES 256
#else
#define GRAY_TABLE_BYTES 128
#endif
#define GRAY_STATES ((uint32_t)(GRAY_TABLE_BYTES / sizeof(GRAY_COST))) /* of the low variables */

/* table[k] = sum of value[i] over the set bits i of k. */
static void GRAY_NAME(subset_sums)(GRAY_COST *table, const double *value)
{
    table[0] = 0;
    for (uint32_t bit = 0; 1u << bit < GRAY_STATES; bit++)
        for (uint32_t k = 0; k < 1u << bit; k++)
            table[k + (1u << bit)] = (GRAY_COST)(table[k] + (GRAY_COST)value[bit]);
}

/* The costs of the low states where the high variables are as `high` says (bit i: variable i). */
static void GRAY_NAME(table_of)(const gray_model *m, uint32_t low, uint64_t high, GRAY_COST *table)
{
    double field[GRAY_LOW_BITS];
    for (uint32_t i = 0; i < low; i++) {
        field[i] = m->linear[i];
        for (uint32_t j = low; j < m->n; j++)
            if (high >> j & 1)
                field[i] += m->weight[i][j];
    }
    table[0] = 0;
    for (uint32_t bit = 0; bit < low; bit++)
        for (uint32_t k = 0; k < 1u << bit; k++) {
            double cost = field[bit];
            for (uint32_t i = 0; i < bit; i++)
                if (k >> i & 1)
                    cost += m->weight[bit][i];
            table[k + (1u << bit)] = (GRAY_COST)(table[k] + (GRAY_COST)cost);
        }
}

/* Sorts a table's costs that are of interest into the tally, least first. */
static void GRAY_NAME(tally)(const GRAY_COST *table, double shared, uint64_t high, double tolerance,
                             gray_tally *tally)
{
    GRAY_COST least = GRAY_LOWEST;
    for (bool first = true;; first = false) {
        GRAY_COST next = GRAY_HIGHEST;
        for (uint32_t k = 0; k < GRAY_STATES; k++) {
            GRAY_COST candidate = first || table[k] > least ? table[k] : GRAY_HIGHEST;
            next = candidate < next ? candidate : next;
        }
        if (next == GRAY_HIGHEST || shared + (double)next > gray_tally_limit(tally, tolerance))
            return;
        uint32_t count = 0, at = 0;
        for (uint32_t k = 0; k < GRAY_STATES; k++)
            count += table[k] == next;
        while (table[at] != next)
            at++;
        gray_tally_add(tally, shared + (double)next, count, high | at, tolerance);
        least = next;
    }
}

static bool GRAY_NAME(any)(const GRAY_COST *table, double limit)
{
    GRAY_COST bound = limit >= (double)GRAY_HIGHEST  ? GRAY_HIGHEST
                      : limit <= (double)GRAY_LOWEST ? GRAY_LOWEST
                                                     : (GRAY_COST)limit;
    GRAY_FLAG any = 0;
    for (uint32_t k = 0; k < GRAY_STATES; k++)
        any |= (GRAY_FLAG)(table[k] <= bound);
    return any != 0;
}

static void GRAY_NAME(histogram)(const GRAY_COST *table, double shared, gray_tally *tally)
{
    uint64_t *bin = tally->histogram + (int64_t)(shared - tally->lowest);
    for (uint32_t k = 0; k < GRAY_STATES; k++)
        bin[(int64_t)table[k]]++;
}

static void GRAY_NAME(chunk)(const gray_model *m, uint64_t chunk, gray_tally *tally)
{
    _Alignas(64) GRAY_COST table[GRAY_STATES], step[2][GRAY_CHUNK_BITS][GRAY_STATES];
    double field[GRAY_CHUNK_BITS], shared = 0; /* of the walked variables; cost of the high ones alone */
    uint32_t low = (uint32_t)__builtin_ctz(GRAY_STATES);
    uint32_t chunk_bits = m->n < GRAY_CHUNK_BITS ? m->n : GRAY_CHUNK_BITS, walked = chunk_bits - low;
    uint64_t high = chunk << chunk_bits;

    GRAY_NAME(table_of)(m, low, high, table);
    for (uint32_t w = 0; w < walked; w++) {
        uint32_t i = low + w;
        GRAY_NAME(subset_sums)(step[0][w], m->weight[i]);
        for (uint32_t k = 0; k < GRAY_STATES; k++)
            step[1][w][k] = (GRAY_COST)-step[0][w][k];
        field[w] = m->linear[i];
        for (uint32_t j = chunk_bits; j < m->n; j++)
            if (high >> j & 1)
                field[w] += m->weight[i][j];
    }
    for (uint32_t i = chunk_bits; i < m->n; i++)
        if (high >> i & 1) {
            shared += m->linear[i];
            for (uint32_t j = chunk_bits; j < i; j++)
                if (high >> j & 1)
                    shared += m->weight[i][j];
        }

    for (uint64_t t = 1;; t++) {
        if (tally->histogram) {
            GRAY_NAME(histogram)(table, shared, tally);
        } else {
            double limit = gray_tally_limit(tally, m->tolerance) - shared;
            if (GRAY_NAME(any)(table, limit))
                GRAY_NAME(tally)(table, shared, high, m->tolerance, tally);
        }
        uint32_t w = (uint32_t)__builtin_ctzll(t);
        if (w >= walked)
            return;
        bool set = high >> (low + w) & 1;
        double turn = set ? -1 : 1;
        shared += turn * field[w];
        for (uint32_t v = 0; v < walked; v++)
            field[v] += turn * m->weight[low + w][low + v];
        high ^= UINT64_C(1) << (low + w);
        const GRAY_COST *change = step[set][w];
        for (uint32_t k = 0; k < GRAY_STATES; k++)
            table[k] = (GRAY_COST)(table[k] + change[k]);
    }
}

#undef GRAY_STATES
#undef GRAY_TABLE_BYTES
