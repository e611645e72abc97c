/* What hardware would need: routing, and the modelled times of named devices. */
#include "solvers/kernels/device.h"
#include "solvers/kernels/qaoa_circuit.h"
#include "tests/kernels/qaoa_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static ising complete(uint32_t n)
{
    return ising_random(n, UNIT_WEIGHTS, 1, 2);
}

static qb_routed route(const ising *p, uint32_t layers, qb_coupling coupling, uint32_t gates,
                       uint32_t parallel)
{
    qb_cost cost = ising_cost(p);
    qb_routed r;
    cr_assert_eq(qb_qaoa_route(&cost, layers, coupling, gates, parallel, &r, NULL), QB_OK);
    qb_cost_free(&cost);
    return r;
}

Test(device, names_of_couplings_are_found_again)
{
    for (unsigned k = 0; k < QB_COUPLINGS; k++)
        cr_assert_eq(qb_coupling_find(qb_coupling_name((qb_coupling)k)), k);
    cr_assert_eq(qb_coupling_find("torus"), QB_COUPLINGS);
}

/* Rows of SWAPs: all pairs of n have met after n of them, and the last row only couples. */
Test(device, a_swap_network_makes_all_pairs_meet)
{
    ising four = complete(4);
    cr_assert_leq(route(&four, 1, QB_LINE, 2, 0).depth_2q, 3 * 3 + 2);
    for (uint32_t n = 10; n <= 22; n += 4) {
        ising p = complete(n);
        qb_routed r = route(&p, 1, QB_LINE, 2, 0);
        uint64_t pairs = n * (n - 1) / 2,
                 last = (n - 1) / 2; /* n is even: the last row has n / 2 - 1 pairs */
        cr_assert_str_eq(r.method, "swap network");
        cr_assert_eq(r.swaps, pairs - last);
        cr_assert_eq(r.gates_2q, 3 * (pairs - last) + 2 * last);
        cr_assert_eq(r.depth_2q, 3 * (n - 1) + 2);
    }
}

/* A graph that is a piece of the device needs no SWAP. */
Test(device, what_fits_the_device_is_not_routed)
{
    ising line = {.n = 9, .sense = QB_MAXIMISE}, grid = {.n = 16, .sense = QB_MAXIMISE};
    for (uint32_t i = 0; i + 1 < 9; i++)
        line.coupling[i][i + 1] = 1;
    for (uint32_t i = 0; i < 16; i++) {
        if ((i + 1) % 4)
            grid.coupling[i][i + 1] = 1;
        if (i + 4 < 16)
            grid.coupling[i][i + 4] = 1;
    }
    qb_routed on_line = route(&line, 3, QB_LINE, 2, 0), on_grid = route(&grid, 3, QB_GRID, 2, 0);
    cr_assert_eq(on_line.swaps, 0);
    cr_assert_eq(on_line.gates_2q, 3 * 8 * 2);
    cr_assert_eq(on_line.depth_2q, 3 * 2 * 2); /* even bonds, then odd ones */
    cr_assert_eq(on_grid.swaps, 0);
    cr_assert_eq(on_grid.gates_2q, 3 * 24 * 2);
}

/* Three qubits that all meet, where no device has a triangle.  In a row: the swap network's rows (0 1), (1
 * 2), (0 1), the first two with a SWAP, 3 + 3 + 2 gates one after the other.  On a square: 0 couples to 1 and
 * 2 at its sides; beside the second, 1 swaps to the free corner, next to 2: 2 + 3 + 2 of 3 x 2 + 3 gates. */
Test(device, a_triangle_by_hand)
{
    static const struct {
        qb_coupling coupling;
        uint64_t swaps, gates, depth;
    } rows[] = {{QB_ALL_TO_ALL, 0, 6, 6}, {QB_LINE, 2, 8, 8}, {QB_GRID, 1, 9, 7}, {QB_HEAVY_HEX, 2, 8, 8}};
    ising p = complete(3);
    for (uint32_t k = 0; k < 4; k++) {
        qb_routed r = route(&p, 1, rows[k].coupling, 2, 0);
        cr_assert(r.swaps == rows[k].swaps && r.gates_2q == rows[k].gates && r.depth_2q == rows[k].depth,
                  "%s: %llu, %llu, %llu", qb_coupling_name(rows[k].coupling), (unsigned long long)r.swaps,
                  (unsigned long long)r.gates_2q, (unsigned long long)r.depth_2q);
    }
}

/* No route can do with fewer gates than couplings, nor end before the busiest qubit. */
Test(device, routes_are_possible)
{
    for (uint32_t n = 3; n <= 24; n += 7)
        for (uint32_t d = 1; d <= 4; d++) {
            ising p = ising_random(n, WITH_FIELDS, 0.25 * d, n + d);
            uint64_t couplings = 0, busiest = 0;
            for (uint32_t i = 0; i < n; i++) {
                uint64_t degree = 0;
                for (uint32_t j = 0; j < n; j++)
                    degree += p.coupling[i < j ? i : j][i < j ? j : i] != 0;
                couplings += degree;
                busiest = degree > busiest ? degree : busiest;
            }
            couplings /= 2;
            for (unsigned c = 0; c < QB_COUPLINGS; c++)
                for (uint32_t gates = 1; gates <= 2; gates++) {
                    qb_routed once = route(&p, 1, (qb_coupling)c, gates, 0),
                              thrice = route(&p, 3, (qb_coupling)c, gates, 0);
                    cr_assert_geq(once.gates_2q, gates * couplings);
                    cr_assert_leq(once.gates_2q, gates * couplings + 3 * once.swaps);
                    cr_assert_geq(once.depth_2q, gates * busiest);
                    cr_assert_geq(once.depth_2q * n, once.gates_2q); /* each moves somebody */
                    cr_assert_eq(thrice.depth_2q, 3 * once.depth_2q);
                    cr_assert_eq(thrice.gates_2q, 3 * once.gates_2q);
                    cr_assert(c != QB_ALL_TO_ALL || !once.swaps);
                }
        }
}

/* Whatever has a cost has a route, though no machine simulates it. */
Test(device, every_cost_fits_every_coupling)
{
    for (uint32_t n = 53; n <= QB_COST_VARIABLES; n++) {
        qb_pair pair[2 * QB_COST_VARIABLES];
        double linear[QB_COST_VARIABLES] = {0};
        uint64_t pairs = 0;
        for (uint32_t i = 0; i + 1 < n; i++) {
            pair[pairs++] = (qb_pair){.i = i, .j = i + 1, .weight = 1};
            if (i + n / 2 < n)
                pair[pairs++] = (qb_pair){.i = i, .j = i + n / 2, .weight = 1};
        }
        qb_qubo qubo;
        qb_cost cost;
        cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, n, linear, pairs, pair, &qubo, NULL), QB_OK);
        cr_assert_eq(qb_cost_from_qubo(&qubo, &cost, NULL), QB_OK);
        for (unsigned c = 0; c < QB_COUPLINGS; c++) {
            qb_routed r;
            cr_assert_eq(qb_qaoa_route(&cost, 1, (qb_coupling)c, 2, 0, &r, NULL), QB_OK);
            cr_assert_geq(r.gates_2q, 2 * pairs);
        }
        qb_cost_free(&cost);
        qb_qubo_free(&qubo);
    }
}

Test(device, few_gates_at_a_time_take_longer)
{
    ising p = complete(10);
    cr_assert_eq(route(&p, 2, QB_ALL_TO_ALL, 1, 1).depth_2q, 2 * 45);
    cr_assert_geq(route(&p, 2, QB_ALL_TO_ALL, 1, 3).depth_2q, 2 * 45 / 3);
    cr_assert_eq(route(&p, 2, QB_ALL_TO_ALL, 1, 100).depth_2q, route(&p, 2, QB_ALL_TO_ALL, 1, 0).depth_2q);
}

Test(device, times_add_up)
{
    ising p = complete(2);
    qb_device aria, heron;
    cr_assert_eq(qb_device_find("ionq-aria", &aria, NULL), QB_OK);
    cr_assert_eq(qb_device_find("ibm-heron", &heron, NULL), QB_OK);
    cr_assert_eq(aria.coupling, QB_ALL_TO_ALL);
    cr_assert_eq(heron.coupling, QB_HEAVY_HEX);
    /* H, coupling, RX; no fields */
    qb_routed r = route(&p, 1, QB_ALL_TO_ALL, aria.gates_a_coupling, aria.parallel);
    cr_assert_float_eq(qb_device_shot_seconds(&aria, &r), 20e-6 + 2 * 135e-6 + 600e-6 + 300e-6, 1e-12);
    r = route(&p, 2, heron.coupling, heron.gates_a_coupling, heron.parallel);
    cr_assert_float_eq(qb_device_shot_seconds(&heron, &r), 250e-6 + 3 * 32e-9 + 4 * 68e-9 + 1560e-9, 1e-12);
}

static qb_status check(void *context, const qb_device *device, const char *source, const char *assumed)
{
    uint32_t *count = context;
    cr_assert_gt(strlen(source), 20);
    cr_assert_gt(strlen(assumed), 0);
    cr_assert_gt(device->two_qubit_s, 0);
    cr_assert_lt(device->error_2q, 0.1);
    ++*count;
    return QB_OK;
}

Test(device, every_profile_is_whole_and_a_wrong_name_gets_the_nearest)
{
    uint32_t count = 0;
    qb_device device;
    qb_diag diag;
    cr_assert_eq(qb_device_each(check, &count, &diag), QB_OK, "%s", diag.text);
    cr_assert_geq(count, 4);
    cr_assert_eq(qb_device_find("ibm-heronn", &device, &diag), QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "ibm-heron'"), "%s", diag.text);
}
