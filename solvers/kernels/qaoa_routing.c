#define _GNU_SOURCE
#include "solvers/kernels/qaoa_routing.h"

#include "solvers/kernels/qaoa_circuit.h"

#include <string.h>

#define SITES    64 /* of a device, at most; QB_COST_VARIABLES fit everywhere */
#define NOBODY   UINT8_MAX
#define SWAP     3 /* native gates of a SWAP, and of a SWAP with a coupling */
#define HEX_ROWS 4

static const char *const names[] = {"all-to-all", "line", "grid", "heavy-hex"};

const char *qb_coupling_name(qb_coupling coupling)
{
    return (unsigned)coupling < QB_COUPLINGS ? names[coupling] : "unknown";
}

qb_coupling qb_coupling_find(const char *name)
{
    unsigned k = 0;
    while (k < QB_COUPLINGS && strcmp(names[k], name) != 0)
        k++;
    return (qb_coupling)k;
}

/* ---------------------------------------------------------------------------------------------- devices */

typedef struct chip {
    uint32_t sites;
    uint64_t joined[SITES]; /* neighbours of each site */
    uint8_t distance[SITES][SITES];
} chip;

static void join(chip *c, uint32_t a, uint32_t b)
{
    c->joined[a] |= UINT64_C(1) << b;
    c->joined[b] |= UINT64_C(1) << a;
}

static void make_line(chip *c, uint32_t n)
{
    c->sites = n;
    for (uint32_t i = 0; i + 1 < n; i++)
        join(c, i, i + 1);
}

static void make_grid(chip *c, uint32_t n)
{
    uint32_t side = 1;
    while (side * side < n)
        side++;
    c->sites = side * side;
    for (uint32_t i = 0; i < c->sites; i++) {
        if ((i + 1) % side)
            join(c, i, i + 1);
        if (i + side < c->sites)
            join(c, i, i + side);
    }
}

/* Rows of qubits, joined by single qubits at every fourth column, shifted by two from row to row: 53 with
 * rows of 11, 63 with rows of 13. */
static void make_heavy_hex(chip *c, uint32_t n)
{
    const uint32_t length = n <= 53 ? 11 : 13;
    uint32_t bridge = HEX_ROWS * length;
    for (uint32_t row = 0; row < HEX_ROWS; row++)
        for (uint32_t column = 0; column < length; column++) {
            uint32_t site = row * length + column;
            if (column + 1 < length)
                join(c, site, site + 1);
            if (row + 1 < HEX_ROWS && column % 4 == 2 * (row % 2)) {
                join(c, site, bridge);
                join(c, bridge++, site + length);
            }
        }
    c->sites = bridge;
}

/* Breadth first from every site. */
static void measure(chip *c)
{
    for (uint32_t from = 0; from < c->sites; from++) {
        uint64_t seen = UINT64_C(1) << from, front = seen;
        for (uint8_t steps = 0; front; steps++) {
            uint64_t next = 0;
            for (uint64_t rest = front; rest; rest &= rest - 1) {
                uint32_t site = (uint32_t)__builtin_ctzll(rest);
                c->distance[from][site] = steps;
                next |= c->joined[site];
            }
            front = next & ~seen;
            seen |= next;
        }
    }
}

static chip make_chip(qb_coupling coupling, uint32_t n)
{
    chip c = {0};
    if (coupling == QB_HEAVY_HEX)
        make_heavy_hex(&c, n);
    else if (coupling == QB_GRID)
        make_grid(&c, n);
    else
        make_line(&c, n);
    measure(&c);
    return c;
}

/* ---------------------------------------------------------------------------------------------- couplings */

typedef struct graph {
    uint32_t n;
    uint64_t coupled[QB_COST_VARIABLES];
} graph;

static graph make_graph(const qb_cost *cost)
{
    graph g = {.n = cost->n};
    for (uint64_t t = 0; t < cost->spin_terms; t++) {
        uint64_t mask = cost->spin[t].mask;
        if (__builtin_popcountll(mask) != 2)
            continue;
        uint32_t a = (uint32_t)__builtin_ctzll(mask), b = 63 - (uint32_t)__builtin_clzll(mask);
        g.coupled[a] |= UINT64_C(1) << b;
        g.coupled[b] |= UINT64_C(1) << a;
    }
    return g;
}

/* Sites or variables breadth first from the one with most neighbours: what belongs together stands together.
 */
static void breadth_first(uint32_t n, const uint64_t *joined, uint8_t *order)
{
    uint64_t seen = 0;
    uint32_t size = 0, done = 0;
    while (size < n) {
        if (done == size) {
            uint32_t best = 0, most = 0;
            for (uint32_t i = 0; i < n; i++) {
                uint32_t degree = seen >> i & 1 ? 0 : 1 + (uint32_t)__builtin_popcountll(joined[i]);
                if (degree > most) {
                    most = degree;
                    best = i;
                }
            }
            order[size++] = (uint8_t)best;
            seen |= UINT64_C(1) << best;
        }
        for (uint64_t rest = joined[order[done++]] & ~seen; rest; rest &= rest - 1) {
            order[size++] = (uint8_t)__builtin_ctzll(rest);
            seen |= rest & -rest;
        }
    }
}

/* ---------------------------------------------------------------------------------------------- network */

/* One layer along a line. */
static qb_routed swap_network(const graph *g, uint32_t gates_a_coupling)
{
    qb_routed r = {.method = "swap network"};
    uint8_t at[QB_COST_VARIABLES];
    uint64_t left = 0;
    breadth_first(g->n, g->coupled, at);
    for (uint32_t i = 0; i < g->n; i++)
        left += (uint64_t)__builtin_popcountll(g->coupled[i]);
    left /= 2;
    for (uint32_t step = 0; left; step++) {
        uint64_t met = 0;
        for (uint32_t p = step % 2; p + 1 < g->n; p += 2)
            met += g->coupled[at[p]] >> at[p + 1] & 1;
        left -= met;
        if (!left) { /* nobody need move any more */
            r.gates_2q += met * gates_a_coupling;
            r.depth_2q += gates_a_coupling;
            break;
        }
        for (uint32_t p = step % 2; p + 1 < g->n; p += 2) {
            uint8_t moved = at[p];
            at[p] = at[p + 1];
            at[p + 1] = moved;
            r.swaps++;
            r.gates_2q += SWAP;
        }
        r.depth_2q += SWAP;
    }
    return r;
}

/* ---------------------------------------------------------------------------------------------- greedy */

typedef struct router {
    const chip *chip;
    uint32_t gates_a_coupling;
    uint64_t pending[QB_COST_VARIABLES]; /* couplings of each variable that are still to come */
    uint8_t site[QB_COST_VARIABLES], who[SITES],
        last[SITES];      /* last: the partner of a site's last coupling */
    uint64_t busy[SITES]; /* two-qubit gates before the site is free */
    qb_routed made;
} router;

static uint64_t start_of(const router *r, uint32_t a, uint32_t b)
{
    return r->busy[a] > r->busy[b] ? r->busy[a] : r->busy[b];
}

static void run_gate(router *r, uint32_t a, uint32_t b, uint32_t gates)
{
    uint64_t end = start_of(r, a, b) + gates;
    r->busy[a] = r->busy[b] = end;
    r->made.gates_2q += gates;
    r->made.depth_2q = end > r->made.depth_2q ? end : r->made.depth_2q;
}

static bool is_pending(const router *r, uint32_t a, uint32_t b)
{
    return r->who[a] != NOBODY && r->who[b] != NOBODY && r->pending[r->who[a]] >> r->who[b] & 1;
}

/* All couplings between neighbours, the one that can start first first. */
static void run_neighbours(router *r)
{
    for (;;) {
        uint32_t best_a = 0, best_b = 0;
        uint64_t earliest = UINT64_MAX;
        for (uint32_t a = 0; a < r->chip->sites; a++)
            for (uint64_t rest = r->chip->joined[a] & ~UINT64_C(0) << a; rest; rest &= rest - 1) {
                uint32_t b = (uint32_t)__builtin_ctzll(rest);
                if (is_pending(r, a, b) && start_of(r, a, b) < earliest) {
                    earliest = start_of(r, a, b);
                    best_a = a;
                    best_b = b;
                }
            }
        if (earliest == UINT64_MAX)
            return;
        run_gate(r, best_a, best_b, r->gates_a_coupling);
        r->last[best_a] = (uint8_t)best_b;
        r->last[best_b] = (uint8_t)best_a;
        r->pending[r->who[best_a]] &= ~(UINT64_C(1) << r->who[best_b]);
        r->pending[r->who[best_b]] &= ~(UINT64_C(1) << r->who[best_a]);
    }
}

static void swap_sites(router *r, uint32_t a, uint32_t b)
{
    bool merges = r->last[a] == b && r->last[b] == a && r->gates_a_coupling < SWAP;
    run_gate(r, a, b, merges ? SWAP - r->gates_a_coupling : SWAP);
    r->made.swaps++;
    r->last[a] = r->last[b] = NOBODY;
    uint8_t moved = r->who[a];
    r->who[a] = r->who[b];
    r->who[b] = moved;
    if (r->who[a] != NOBODY)
        r->site[r->who[a]] = (uint8_t)a;
    if (r->who[b] != NOBODY)
        r->site[r->who[b]] = (uint8_t)b;
}

/* By how much all distances of the variable at `from` fall when it moves to `to`. */
static int64_t gain_of_move(const router *r, uint32_t from, uint32_t to)
{
    int64_t gain = 0;
    if (r->who[from] == NOBODY)
        return 0;
    for (uint64_t rest = r->pending[r->who[from]]; rest; rest &= rest - 1) {
        uint32_t partner = r->site[__builtin_ctzll(rest)];
        gain += r->chip->distance[from][partner] - r->chip->distance[to][partner];
    }
    return gain;
}

/* The SWAP that shortens distances most, the earlier of equals; false where none does. */
static bool swap_best(router *r)
{
    uint32_t best_a = 0, best_b = 0;
    int64_t most = 0;
    for (uint32_t a = 0; a < r->chip->sites; a++)
        for (uint64_t rest = r->chip->joined[a] & ~UINT64_C(0) << a; rest; rest &= rest - 1) {
            uint32_t b = (uint32_t)__builtin_ctzll(rest);
            int64_t gain = gain_of_move(r, a, b) + gain_of_move(r, b, a);
            if (gain > most ||
                (gain == most && gain > 0 && start_of(r, a, b) < start_of(r, best_a, best_b))) {
                most = gain;
                best_a = a;
                best_b = b;
            }
        }
    if (most > 0)
        swap_sites(r, best_a, best_b);
    return most > 0;
}

/* Walks the closest pair together. */
static void join_closest(router *r, uint32_t n)
{
    uint32_t a = 0, b = 0;
    uint8_t least = UINT8_MAX;
    for (uint32_t i = 0; i < n; i++)
        for (uint64_t rest = r->pending[i]; rest; rest &= rest - 1) {
            uint32_t j = (uint32_t)__builtin_ctzll(rest);
            uint8_t distance = r->chip->distance[r->site[i]][r->site[j]];
            if (distance < least) {
                least = distance;
                a = r->site[i];
                b = r->site[j];
            }
        }
    while (r->chip->distance[a][b] > 1) {
        uint32_t next = a;
        for (uint64_t rest = r->chip->joined[a]; rest; rest &= rest - 1)
            if (r->chip->distance[__builtin_ctzll(rest)][b] < r->chip->distance[a][b])
                next = (uint32_t)__builtin_ctzll(rest);
        swap_sites(r, a, next);
        a = next;
    }
}

static bool has_pending(const router *r, uint32_t n)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < n; i++)
        any |= r->pending[i];
    return any;
}

/* One layer on a chip. */
static qb_routed route_greedily(const graph *g, const chip *c, uint32_t gates_a_coupling)
{
    router r = {.chip = c, .gates_a_coupling = gates_a_coupling, .made = {.method = "greedy routing"}};
    uint8_t variables[QB_COST_VARIABLES], sites[SITES];
    memcpy(r.pending, g->coupled, sizeof r.pending);
    memset(r.who, NOBODY, sizeof r.who);
    memset(r.last, NOBODY, sizeof r.last);
    breadth_first(g->n, g->coupled, variables);
    breadth_first(c->sites, c->joined, sites);
    for (uint32_t k = 0; k < g->n; k++) {
        r.site[variables[k]] = sites[k];
        r.who[sites[k]] = variables[k];
    }
    for (run_neighbours(&r); has_pending(&r, g->n); run_neighbours(&r))
        if (!swap_best(&r))
            join_closest(&r, g->n);
    return r.made;
}

/* ---------------------------------------------------------------------------------------------- circuits */

qb_status qb_qaoa_route(const qb_cost *cost, uint32_t layers, qb_coupling coupling, uint32_t gates_a_coupling,
                        uint32_t parallel, qb_routed *routed, qb_diag *diag)
{
    qb_circuit circuit = qb_qaoa_circuit(cost, layers);
    qb_routed r = {.method = "direct",
                   .gates_2q = circuit.gates_2q * gates_a_coupling,
                   .depth_2q = circuit.steps_2q * gates_a_coupling};
    if (coupling != QB_ALL_TO_ALL) {
        for (uint64_t t = 0; t < cost->spin_terms; t++)
            if (__builtin_popcountll(cost->spin[t].mask) > 2)
                return qb_fail(diag, QB_REFUSED, "couplings of more than two variables are not routed");
        graph g = make_graph(cost);
        chip c = make_chip(coupling, cost->n);
        r = swap_network(&g, gates_a_coupling);
        qb_routed greedy = route_greedily(&g, &c, gates_a_coupling);
        if (greedy.depth_2q < r.depth_2q)
            r = greedy;
        r.gates_2q *= layers;
        r.depth_2q *= layers;
        r.swaps *= layers;
    }
    r.gates_1q = circuit.gates_1q;
    r.depth_1q = circuit.steps_1q;
    if (parallel && r.depth_2q < (r.gates_2q + parallel - 1) / parallel)
        r.depth_2q = (r.gates_2q + parallel - 1) / parallel;
    *routed = r;
    return QB_OK;
}
